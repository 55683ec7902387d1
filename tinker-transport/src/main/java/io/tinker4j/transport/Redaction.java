package io.tinker4j.transport;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes credentials out of texts: those that one client knows, by their value, and whatever looks
 * like one, by its form. Thread-safe.
 *
 * <p>By form: API keys, JSON Web Tokens, {@code Bearer} and {@code Basic} credentials, the values
 * in the query of a web address, which is a signed one more often than not, a user in an address,
 * and what follows a name such as {@code password=}. Each becomes {@code ***}.
 */
public final class Redaction {
  private static final String MASK = "***";

  /** A shorter one would be found in every other word. */
  private static final int SHORTEST = 4;

  /** A shorter beginning of a secret at the end of a text may be another word. */
  private static final int SHORTEST_BEGINNING = 6;

  /** Shorter values in a query are counts, dates and names. */
  private static final int SHORTEST_SIGNATURE = 16;

  private static final int MOST_RECENT = 256;
  private static final int DEEPEST = 16;
  private static final int MAX_MESSAGE = 500;
  private static final int MAX_TRACE = 4_000;

  /** How a secret's name and its value stand beside each other, quoted or not. */
  private static final String VALUE =
      "(\\\\*[\"']?\\s*[:=]\\s*\\\\*[\"']?)(?!\\*)[^\\s\"',;&}\\])\\\\]+";

  /** In the order in which it is looked for. Bounded, so that a giant text does not take long. */
  private static final List<Form> FORMS =
      List.of(
          new Form("tml-[\\w.-]+", "tml-***"),
          new Form("(?<![A-Za-z0-9])eyJ[\\w-]*\\.[\\w-]+(\\.[\\w-]*)?", MASK),
          new Form("(?i)\\b(bearer|basic)\\s+[\\w.~+/=-]{6,}", "$1 ***"),
          new Form(
              "(?i)(api[_-]?key|secret|password|passwd|authorization|cookie|signature"
                  + "|(?:access|auth|id|refresh|security|session)[_-]?token)"
                  + VALUE,
              "$1$2***"),
          new Form("\\b([A-Za-z][\\w+.-]{1,20}://)[^/\\s@\"'<>]{1,512}@", "$1***@"));

  /** In what leaves the house more is taken for a secret than in what its owner reads. */
  private static final Form IN_REPORTS = new Form("(?i)(token|credential)" + VALUE, "$1$2***");

  /** Takes in what it has looked at, with a query or without, so that nothing is read twice. */
  private static final Pattern ADDRESS =
      Pattern.compile("(https?://[^\\s?\"'<>]{0,4096}+)(\\?[^\\s\"'<>]*+)?");

  private static final Pattern PARAMETER = Pattern.compile("=[^&#]*");

  /** A pattern and what replaces it. */
  private record Form(Pattern pattern, String replacement) {
    Form(String pattern, String replacement) {
      this(Pattern.compile(pattern), replacement);
    }

    String outOf(String text) {
      return pattern.matcher(text).replaceAll(replacement);
    }
  }

  /** The package of the SDK, whose own exceptions say nothing that somebody else wrote. */
  private static final String OURS = "io.tinker4j.";

  private final ReentrantLock lock = new ReentrantLock(); // guards: kept, recent
  private final Set<String> kept = new LinkedHashSet<>();
  private final Set<String> recent = new LinkedHashSet<>();
  private volatile List<String> known = List.of();
  private volatile List<String> unescaped = List.of();
  private volatile String latest = "";

  private Redaction() {}

  /** Returns one that knows no secret yet, but their forms. */
  public static Redaction create() {
    return new Redaction();
  }

  /** Learns a secret that is one as long as the client lives. */
  public void keep(String secret) {
    lock.lock();
    try {
      if (secret.length() >= SHORTEST && kept.add(secret)) {
        learned();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Learns a secret that is in use now; those that were used longest ago are forgotten. */
  public void add(String secret) {
    if (secret.length() < SHORTEST || secret.equals(latest)) {
      return;
    }
    lock.lock();
    try {
      boolean isNew = !recent.remove(secret);
      recent.add(secret);
      latest = secret;
      if (recent.size() > MOST_RECENT) {
        recent.remove(recent.iterator().next());
      }
      if (isNew) {
        learned();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Learns what in an address's query may be its signature. */
  public void addQuery(URI uri) {
    String query = uri.getRawQuery();
    if (query == null) {
      return;
    }
    for (String parameter : query.split("&", -1)) {
      String value = parameter.substring(parameter.indexOf('=') + 1);
      if (value.length() >= SHORTEST_SIGNATURE) {
        add(value);
        // URLDecoder takes a plus for a space, which it may be or not.
        add(URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8));
      }
    }
  }

  /** With the lock. */
  private void learned() {
    Set<String> all = new LinkedHashSet<>(kept);
    all.addAll(recent);
    for (String each : List.copyOf(all)) {
      all.add(URLEncoder.encode(each, StandardCharsets.UTF_8));
    }
    known = longestFirst(all);
    Set<String> plain = new LinkedHashSet<>();
    for (String each : all) {
      String text = Unescaped.of(each).text();
      if (text.length() >= SHORTEST) {
        plain.add(text);
      }
    }
    unescaped = longestFirst(plain);
  }

  /** One may be a part of another. */
  private static List<String> longestFirst(Set<String> texts) {
    List<String> sorted = new ArrayList<>(texts);
    sorted.sort(Comparator.comparingInt(String::length).reversed());
    return List.copyOf(sorted);
  }

  /**
   * Returns a text without the secrets that this knows, however JSON, HTML or a web address escapes
   * them, nor what looks like one. A text that was cut within a secret ends before it.
   */
  public String text(String text) {
    String clean = text;
    for (String secret : known) {
      clean = clean.replace(secret, MASK);
    }
    return byForm(withoutEscaped(clean));
  }

  /** Looks for the secrets in the text without its escapes, and hides where they are written. */
  private String withoutEscaped(String written) {
    Unescaped plain = Unescaped.of(written);
    String text = plain.text();
    BitSet hidden = new BitSet();
    for (String secret : unescaped) {
      for (int at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
        hidden.set(at, at + secret.length());
      }
      int cut = text.length() - shownAtTheEnd(text, secret);
      hidden.set(cut, text.length());
    }
    StringBuilder clean = new StringBuilder();
    int end = 0;
    for (int from = hidden.nextSetBit(0); from >= 0; from = hidden.nextSetBit(end)) {
      clean.append(written, plain.place(end), plain.place(from)).append(MASK);
      end = hidden.nextClearBit(from);
    }
    return end == 0
        ? written
        : clean.append(written, plain.place(end), written.length()).toString();
  }

  /** How much of a secret's beginning a text ends with, if it is more than chance. */
  private static int shownAtTheEnd(String text, String secret) {
    for (int length = Math.min(secret.length() - 1, text.length());
        length >= SHORTEST_BEGINNING;
        length--) {
      if (text.startsWith(secret.substring(0, length), text.length() - length)) {
        return length;
      }
    }
    return 0;
  }

  /** Returns headers whose values are without secrets. */
  public Headers headers(Headers headers) {
    Headers.Builder clean = Headers.builder();
    headers.asMap().forEach((name, values) -> values.forEach(each -> clean.add(name, text(each))));
    return clean.build();
  }

  /** Returns a failure, or, when its text has a secret, a copy of its text without it. */
  public Throwable failure(Throwable failure) {
    return clean(failure, this::text, 0);
  }

  /**
   * Returns what others than the owner of a program may read of a failure: the text of the SDK's
   * own exceptions, redacted and cut to 500 characters. Any other may quote what it likes, so that
   * only its type is named.
   */
  public String summary(Throwable failure) {
    boolean isOurs =
        failure instanceof TinkerException && failure.getClass().getName().startsWith(OURS);
    return isOurs ? report(text(String.valueOf(failure.getMessage()))) : typeName(failure);
  }

  /** Returns a text without what looks like a secret. */
  public static String byForm(String text) {
    String clean =
        ADDRESS
            .matcher(text)
            .replaceAll((MatchResult each) ->
                Matcher.quoteReplacement(each.group(1) + withoutValues(each.group(2))));
    for (Form form : FORMS) {
      clean = form.outOf(clean);
    }
    return clean;
  }

  private static String withoutValues(@Nullable String query) {
    return query == null ? "" : PARAMETER.matcher(query).replaceAll("=***");
  }

  /**
   * Returns a failure without what looks like a secret in its text and in those of its causes: the
   * same one, or, when there is some, a copy of the text and the trace.
   */
  public static Throwable byForm(Throwable failure) {
    return clean(failure, Redaction::byForm, 0);
  }

  private static Throwable clean(Throwable failure, UnaryOperator<String> text, int depth) {
    if (depth == DEEPEST) {
      return failure;
    }
    Throwable cause = failure.getCause();
    Throwable cleanCause = cause == null ? null : clean(cause, text, depth + 1);
    boolean isClean = Objects.equals(cleanCause, cause);
    List<Throwable> suppressed = new ArrayList<>();
    for (Throwable each : failure.getSuppressed()) {
      Throwable clean = clean(each, text, depth + 1);
      isClean &= clean.equals(each);
      suppressed.add(clean);
    }
    String shown = text.apply(failure.toString());
    if (isClean && shown.equals(failure.toString())) {
      return failure;
    }
    Redacted copy = new Redacted(shown, typeName(failure), cleanCause);
    copy.setStackTrace(failure.getStackTrace());
    suppressed.forEach(copy::addSuppressed);
    return copy;
  }

  /** Stands for a failure whose text, the name of its class included, had a secret. */
  private static final class Redacted extends Exception {
    private static final long serialVersionUID = 1;

    private final String typeName;

    Redacted(String text, String typeName, @Nullable Throwable cause) {
      super(text, cause);
      this.typeName = typeName;
    }
  }

  /** Returns a text as it may be reported to the service, at most 500 characters of it. */
  public static String report(String text) {
    return report(text, MAX_MESSAGE);
  }

  /** Returns a stack trace as it may be reported, at most 4,000 characters of it. */
  public static String reportTrace(String trace) {
    return report(trace, MAX_TRACE);
  }

  /** Returns the name of a failure's class, also of one that stands here as a redacted copy. */
  public static String typeName(Throwable failure) {
    return failure instanceof Redacted copy ? copy.typeName : failure.getClass().getName();
  }

  /** Cut twice: a secret must not lose its mark at the cut, nor a giant text cost much. */
  private static String report(String text, int longest) {
    return cut(IN_REPORTS.outOf(byForm(cut(text, 4 * longest))), longest);
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
  }

  @Override
  public String toString() {
    return "Redaction{" + known.size() + "}";
  }
}
