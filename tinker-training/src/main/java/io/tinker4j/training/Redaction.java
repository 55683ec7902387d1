package io.tinker4j.training;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;

/** Takes out of text what nobody may see, and shortens it. */
final class Redaction {
  private static final int MAX_MESSAGE = 500;
  private static final int MAX_TRACE = 4_000;

  /** What looks like a credential, in the order in which it is looked for. */
  private static final List<Secret> SECRETS =
      List.of(
          new Secret("tml-[\\w.-]+", "tml-***"),
          new Secret("eyJ[\\w-]+\\.[\\w-]+(\\.[\\w-]*)?", "***"),
          new Secret("(?i)\\b(bearer|basic)\\s+[\\w.~+/=-]+", "$1 ***"),
          new Secret(
              "(?i)([\\w-]*(?:api[_-]?key|secret|password|passwd|token|authorization|cookie"
                  + "|signature|credential))(\\\\*[\"']?\\s*[:=]\\s*\\\\*[\"']?)(?!\\*)"
                  + "[^\\s\"',;&}\\])\\\\]+",
              "$1$2***"),
          // A signed address is a credential, and so is a user in an address.
          new Secret("(https?://[^\\s?\"'<>]*)\\?[^\\s\"'<>]*", "$1?***"),
          new Secret("(\\w+://)[^/\\s@]+@", "$1***@"));

  /** A pattern and what replaces it. */
  private record Secret(Pattern pattern, String replacement) {
    Secret(String pattern, String replacement) {
      this(Pattern.compile(pattern), replacement);
    }
  }

  private Redaction() {}

  /** Returns a text without credentials, at most 500 characters of it. */
  static String message(String text) {
    return clean(text, MAX_MESSAGE);
  }

  /** Returns a failure's stack trace without credentials, at most 4,000 characters of it. */
  static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return clean(text.toString(), MAX_TRACE);
  }

  /** Cut twice: a secret must not lose its mark at the cut, nor a giant text cost much. */
  private static String clean(String text, int longest) {
    String clean = cut(text, 4 * longest);
    for (Secret each : SECRETS) {
      clean = each.pattern().matcher(clean).replaceAll(each.replacement());
    }
    return cut(clean, longest);
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
  }
}
