package io.tinker4j.text.tokenizer;

import io.tinker4j.training.TokenizerId;
import io.tinker4j.transport.internal.Environment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tokenizer of a model: in directories that were named, in the cache of the Hugging Face
 * hub, among earlier downloads, and, only if a hub was named, on that hub. Immutable and safe for
 * use by many threads; finding blocks.
 */
public final class TokenizerFinder {
  private static final Pattern REPOSITORY =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?");
  private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  // Models of the embedded server; all but those that ask for a number of tokens have bytes.
  private static final Pattern EMBEDDED = Pattern.compile("tinker4j/(.+)");
  private static final Pattern SIZED = Pattern.compile("(?:tiny|nano)-([1-9]\\d{2,6})");
  private static final int LEAST_SIZE = 258;
  private static final int MOST_SIZE = 1_000_000;

  private final List<Path> directories;
  private final Path hubCache;
  private final Path downloads;
  private final @Nullable HubDownload hub;
  private final @Nullable URI hubAddress;

  private TokenizerFinder(Builder builder) {
    directories = List.copyOf(builder.directories);
    hubCache = builder.hubCache;
    downloads = builder.downloads;
    hubAddress = builder.hub;
    hub = hubAddress == null ? null : new HubDownload(hubAddress, builder.token, builder.deadline);
  }

  /** Returns a builder of a finder that downloads nothing. */
  public static Builder builder() {
    return new Builder(Environment.variables(), Path.of(System.getProperty("user.home")));
  }

  /**
   * Finds and reads a tokenizer. The embedded server's models of bytes, such as {@code
   * tinker4j/tiny-bytes}, have {@link Tokenizers#bytes}.
   *
   * @throws TokenizerNotFoundException when it is nowhere; the message lists the places
   * @throws UnsupportedTokenizerException when it is of a kind that cannot be read
   * @throws IllegalArgumentException when the id is none, or a file is damaged
   */
  public Tokenizer find(TokenizerId id) {
    if (isOfBytes(id.repository())) {
      return Tokenizers.bytes();
    }
    return Tokenizers.read(locate(id));
  }

  private static boolean isOfBytes(String repository) {
    Matcher embedded = EMBEDDED.matcher(repository);
    if (!embedded.matches()) {
      return false;
    }
    Matcher sized = SIZED.matcher(embedded.group(1));
    int size = sized.matches() ? Integer.parseInt(sized.group(1)) : 0;
    return size < LEAST_SIZE || size > MOST_SIZE;
  }

  /**
   * Finds the directory of a tokenizer without reading it.
   *
   * @throws TokenizerNotFoundException when it is nowhere; the message lists the places
   * @throws IllegalArgumentException when the id is none
   */
  public Path locate(TokenizerId id) {
    String revision = id.revision().orElse("");
    requireName("repository", id.repository(), REPOSITORY);
    if (!revision.isEmpty()) {
      requireName("revision", revision, REVISION);
    }
    Search search = new Search(id);
    try {
      for (Path directory : directories) {
        Optional<Path> found = search.inDirectory(directory);
        if (found.isPresent()) {
          return found.get();
        }
      }
      Optional<Path> found = search.inCache("the hub's cache " + hubCache, hubCache);
      return found.isPresent() ? found.get() : downloaded(search, id, revision);
    } catch (IOException e) {
      throw search.failed(e);
    }
  }

  private Path downloaded(Search search, TokenizerId id, String revision) throws IOException {
    String kept = revision.isEmpty() ? "main" : revision;
    Path target = downloads.resolve(id.repository().replace("/", "--")).resolve(kept);
    if (Files.isDirectory(target)) {
      HubDownload.check(target);
      return target;
    }
    search.note("earlier downloads, " + target);
    if (hub == null) {
      throw search.notFound();
    }
    if (!hub.download(id.repository(), kept, target)) {
      search.note(hubAddress + ", which has no such tokenizer");
      throw search.notFound();
    }
    return target;
  }

  private static void requireName(String what, String name, Pattern form) {
    if (!form.matcher(name).matches() || name.contains("..")) {
      throw new IllegalArgumentException(
          "the " + what + " of the tokenizer is \"" + name + "\", which is no name on a hub");
    }
  }

  /** One search, and where it has looked. */
  private final class Search {
    private final TokenizerId id;
    private final List<String> places = new ArrayList<>();

    Search(TokenizerId id) {
      this.id = id;
    }

    void note(String place) {
      places.add(place);
    }

    /**
     * Returns where a tokenizer is in a directory laid out as the hub's cache, or notes its name.
     */
    Optional<Path> inCache(String name, Path cache) throws IOException {
      Optional<Path> found =
          HubCache.snapshot(cache, id.repository(), id.revision().orElse(""))
              .filter(Tokenizers::isTokenizer);
      if (found.isEmpty()) {
        note(name);
      }
      return found;
    }

    Optional<Path> inDirectory(Path directory) throws IOException {
      String repository = id.repository();
      List<Path> places =
          List.of(
              directory.resolve(repository),
              directory.resolve(repository.replace("/", "--")),
              directory.resolve(repository.substring(repository.indexOf('/') + 1)));
      for (Path place : places) {
        if (Tokenizers.isTokenizer(place)) {
          return Optional.of(place);
        }
      }
      return inCache(
          "the directory "
              + directory
              + " (as "
              + repository
              + ", with -- for /, or the name alone)",
          directory);
    }

    TokenizerNotFoundException notFound() {
      return new TokenizerNotFoundException(message(""), false, null);
    }

    TokenizerNotFoundException failed(IOException cause) {
      return new TokenizerNotFoundException(message("; " + cause.getMessage()), true, cause);
    }

    private String message(String more) {
      String revision = id.revision().map(text -> " at " + text).orElse("");
      String help =
          hubAddress == null
              ? "; name a directory that has it, or a hub to download it from, such as"
                  + " https://huggingface.co"
              : "; check the name, and that the hub lets you read it";
      return "the tokenizer "
          + id.repository()
          + revision
          + " is not in "
          + String.join(", nor in ", places)
          + more
          + help;
    }
  }

  /** Settings of a finder. Used by one thread. */
  public static final class Builder {
    private final List<Path> directories = new ArrayList<>();
    private Path hubCache;
    private Path downloads;
    private @Nullable URI hub;
    private @Nullable String token;
    private Duration deadline = Duration.ofMinutes(5);

    Builder(Map<String, String> environment, Path home) {
      hubCache = HubCache.location(environment, home);
      downloads = home.resolve(".cache").resolve("tinker4j").resolve("tokenizers");
    }

    /**
     * Adds a directory to look in before anything else. A tokenizer is in {@code ORG/NAME}, {@code
     * ORG--NAME} or {@code NAME} below it, or it is laid out like the hub's cache.
     */
    public Builder directory(Path directory) {
      directories.add(Objects.requireNonNull(directory, "directory"));
      return this;
    }

    /**
     * Sets where the hub's cache is. Default: where Python's library has it, by {@code
     * HF_HUB_CACHE}, {@code HF_HOME}, else {@code ~/.cache/huggingface/hub}.
     */
    public Builder hubCache(Path directory) {
      hubCache = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /**
     * Lets tokenizers that are found nowhere else be downloaded from a hub such as {@code
     * https://huggingface.co}. Default: nothing is downloaded.
     *
     * @throws IllegalArgumentException when the address is none of http or https
     */
    public Builder hub(URI address) {
      boolean isWeb = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
      if (!isWeb || address.getHost() == null) {
        throw new IllegalArgumentException(
            "the hub is \"" + address + "\"; it must be an address with https or http");
      }
      hub = address;
      return this;
    }

    /** Sets the key for a hub's private repositories. Default: none; it is sent only to the hub. */
    public Builder hubToken(String token) {
      this.token = Objects.requireNonNull(token, "token");
      return this;
    }

    /**
     * Sets where downloads are kept, with their checksums, which are checked at each use. Default:
     * {@code ~/.cache/tinker4j/tokenizers}.
     */
    public Builder downloads(Path directory) {
      downloads = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /**
     * Sets how long a download may take, all files together. Default: five minutes.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public Builder deadline(Duration deadline) {
      if (deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("deadline is " + deadline + "; it must be positive");
      }
      this.deadline = deadline;
      return this;
    }

    /** Returns the finder. */
    public TokenizerFinder build() {
      return new TokenizerFinder(this);
    }
  }
}
