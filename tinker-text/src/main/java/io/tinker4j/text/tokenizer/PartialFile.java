package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A file on its way from a hub. When it is cut, what has come is kept with the version that the
 * server has named, and the next download asks for the rest of that version. Used by one thread.
 *
 * <p>Downloads of one repository at the same time do not meet: each works in a directory of its
 * own, and takes what is kept by moving it there.
 */
final class PartialFile {
  private static final String VERSION = ".version";

  private final Path file;
  private final Path kept;
  private String version;
  private long length;
  private boolean isKnown;

  private PartialFile(Path file, Path kept, String version, long length) {
    this.file = file;
    this.kept = kept;
    this.version = version;
    this.length = length;
  }

  /**
   * Takes what an earlier download has kept of a file, if anything.
   *
   * @param file where it is to be
   * @param keptIn the directory of what is kept
   */
  static PartialFile take(Path file, Path keptIn) throws IOException {
    Path kept = keptIn.resolve(String.valueOf(file.getFileName()));
    try {
      Path versionFile = file.resolveSibling(file.getFileName() + VERSION);
      Files.move(versionOf(kept), versionFile);
      String version = Files.readString(versionFile);
      Files.delete(versionFile);
      Files.move(kept, file, StandardCopyOption.REPLACE_EXISTING);
      return new PartialFile(file, kept, version, Files.size(file));
    } catch (NoSuchFileException e) {
      return new PartialFile(file, kept, "", 0);
    }
  }

  private static Path versionOf(Path kept) {
    return kept.resolveSibling(kept.getFileName() + VERSION);
  }

  /** Returns where it is written. */
  Path path() {
    return file;
  }

  /** Whether something is there, so that the rest will do. */
  boolean isBegun() {
    return length > 0;
  }

  /** Asks for the rest, on the condition that the file is still the same. */
  void ask(HttpRequest.Builder request) {
    if (isBegun()) {
      request.header("Range", "bytes=" + length + "-");
      if (!version.isEmpty()) {
        request.header("If-Range", version);
      }
    }
  }

  /** Whether an answer has, as its whole, what is there already. */
  boolean isAll(HttpResponse<?> answer) {
    return answer.statusCode() == 416
        && isBegun()
        && answer.headers().firstValue("content-range").orElse("").equals("bytes */" + length);
  }

  /** Whether an answer has the rest of what is there. */
  boolean isRest(HttpResponse.ResponseInfo answer) {
    String range = answer.headers().firstValue("content-range").orElse("");
    return answer.statusCode() == 206
        && isBegun()
        && range.startsWith("bytes " + length + "-")
        && (version.isEmpty() || version.equals(strongVersion(answer.headers())));
  }

  /**
   * Begins to write an answer's body: the rest of the file, or all of it.
   *
   * @param isChecked whether the hub tells the checksum of the file, so that a wrong rest is found
   */
  BoundedFile write(HttpResponse.ResponseInfo answer, boolean isChecked) {
    long from = isRest(answer) ? length : 0;
    version = strongVersion(answer.headers());
    isKnown = isChecked || !version.isEmpty();
    return new BoundedFile(file, from);
  }

  /** A weak version may be of another file that is as good to look at. */
  private static String strongVersion(HttpHeaders headers) {
    return headers.firstValue("etag").filter(text -> text.startsWith("\"")).orElse("");
  }

  /** Forgets what is there. */
  void clear() throws IOException {
    Files.deleteIfExists(file);
    version = "";
    length = 0;
    isKnown = false;
  }

  /** Keeps what has come for the next download, if it can be told whether the rest fits to it. */
  void keep() throws IOException {
    boolean isThere = Files.exists(file) && Files.size(file) > 0;
    if (isThere && (isKnown || isBegun())) {
      Files.createDirectories(Optional.ofNullable(kept.getParent()).orElseThrow());
      Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
      Path part = Files.createTempFile(kept.getParent(), ".version-", "");
      Files.write(part, version.getBytes(StandardCharsets.UTF_8));
      Files.move(part, versionOf(kept), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
