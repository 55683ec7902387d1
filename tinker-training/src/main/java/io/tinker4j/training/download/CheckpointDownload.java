package io.tinker4j.training.download;

import io.tinker4j.training.download.DownloadException.Reason;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.types.CheckpointArchiveUrlResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The download of one checkpoint's archive, from {@code rest.checkpoints().download(…)}: first its
 * settings, then {@link #saveTo} or {@link #extractTo}, which block.
 *
 * <p>The archive is streamed into a hidden file beside the target, in constant memory. When the
 * connection breaks, the rest is asked for, up to ten times without progress and with the waits of
 * the client's retries; when the server cannot give the rest of the same archive, it is fetched
 * anew. When the address expires, it is renewed. The address never gets the API's credentials. The
 * target appears, or replaces the old one, only when everything is there and right; after a failure
 * it is as it was and nothing is left beside it. Not thread-safe.
 *
 * {@snippet :
 * CheckpointDownload.Result result = rest.checkpoints().download(tinkerPath).extractTo(Path.of("adapter"));
 * }
 */
public final class CheckpointDownload {
  private static final long MAX_EXTRACTED = 1L << 36;

  private final ApiClient api;
  private final String tinkerPath;
  private final Supplier<CheckpointArchiveUrlResponse> address;
  private boolean overwrite;
  private long maxExtractedBytes = MAX_EXTRACTED;
  private @Nullable String expectedSha256;
  private Progress progress = (received, total) -> {};

  private CheckpointDownload(
      ApiClient api, String tinkerPath, Supplier<CheckpointArchiveUrlResponse> address) {
    this.api = api;
    this.tinkerPath = tinkerPath;
    this.address = address;
  }

  /**
   * Returns a download that makes its calls by that client; {@code RestClient.download} makes one
   * for a checkpoint's path.
   *
   * @param tinkerPath what is downloaded, for messages
   * @param address asks where the archive is; asked again when an address has expired
   */
  public static CheckpointDownload of(
      ApiClient api, String tinkerPath, Supplier<CheckpointArchiveUrlResponse> address) {
    return new CheckpointDownload(api, tinkerPath, address);
  }

  /** Hears how far a download is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Some of the archive has arrived; called by the thread that downloads, which waits. What it
     * throws ends the download.
     *
     * @param received the bytes that are there; fewer than before when the download starts anew
     * @param total all bytes, -1 while that is not known
     */
    void received(long received, long total);
  }

  /**
   * What was downloaded.
   *
   * @param path the target
   * @param bytes the size of the archive
   * @param sha256 the SHA-256 of the archive, in lower-case hexadecimal digits
   * @param resumed how often the download went on where it had been cut off
   */
  public record Result(Path path, long bytes, String sha256, int resumed) {}

  /**
   * Sets whether a target that exists is replaced. Default: false: it is refused, unless it is an
   * empty directory to extract into.
   */
  public CheckpointDownload overwrite(boolean overwrite) {
    this.overwrite = overwrite;
    return this;
  }

  /** Registers a listener for progress. Default: none. */
  public CheckpointDownload progress(Progress progress) {
    this.progress = Objects.requireNonNull(progress, "progress");
    return this;
  }

  /** Sets the SHA-256 that the archive must have, 64 hexadecimal digits. Default: any. */
  public CheckpointDownload expectedSha256(String sha256) {
    if (!sha256.matches("[0-9a-fA-F]{64}")) {
      throw new IllegalArgumentException(
          "sha256 is '" + sha256 + "'; it must have 64 hexadecimal digits");
    }
    this.expectedSha256 = sha256.toLowerCase(Locale.ROOT);
    return this;
  }

  /**
   * Sets how many bytes may be extracted from the archive, against archives that unpack to fill the
   * disk. Default: 64 GiB.
   */
  public CheckpointDownload maxExtractedBytes(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("maxExtractedBytes is " + bytes + "; it must be positive");
    }
    this.maxExtractedBytes = bytes;
    return this;
  }

  /**
   * Saves the archive as a file that only its owner can read.
   *
   * @throws IllegalArgumentException when the target exists and is not to be replaced, or is a
   *     directory; nothing was sent
   * @throws DownloadException when the download was not completed or is not right
   * @throws io.tinker4j.transport.TinkerException when the server refuses or cannot be reached
   */
  public Result saveTo(Path file) {
    return into(file, false);
  }

  /**
   * Extracts the archive into a directory that does not exist yet or is empty. Only plain files and
   * directories inside it are extracted, for the owner alone to read; an archive with anything else
   * is refused as a whole.
   *
   * @throws IllegalArgumentException when the target exists and is not to be replaced, or is a
   *     file; nothing was sent
   * @throws DownloadException when the download was not completed or is not right
   * @throws io.tinker4j.transport.TinkerException when the server refuses or cannot be reached
   */
  public Result extractTo(Path directory) {
    return into(directory, true);
  }

  private Result into(Path target, boolean extract) {
    Path absolute = target.toAbsolutePath().normalize();
    String hidden = "." + absolute.getFileName() + "." + UUID.randomUUID();
    Path archive = absolute.resolveSibling(hidden + ".part");
    Path unpacked = absolute.resolveSibling(hidden + ".d");
    try {
      check(absolute, extract);
      Files.createDirectories(Objects.requireNonNull(absolute.getParent()));
      ArchiveFetch.Fetched fetched =
          new ArchiveFetch(api, tinkerPath, address, progress).to(archive);
      checkSha256(fetched.sha256());
      if (extract) {
        ArchiveExtraction.extract(archive, unpacked, maxExtractedBytes);
        FileSwap.directory(unpacked, absolute, overwrite);
      } else {
        FileSwap.file(archive, absolute, overwrite);
      }
      return new Result(target, fetched.bytes(), fetched.sha256(), fetched.resumed());
    } catch (IOException e) {
      throw new DownloadException(
          Reason.FILE_SYSTEM, "cannot write " + target + ": " + e.getMessage(), e);
    } finally {
      FileSwap.remove(archive);
      FileSwap.remove(unpacked);
    }
  }

  private void check(Path target, boolean directory) throws IOException {
    if (target.getFileName() == null) {
      throw new IllegalArgumentException("target is " + target + "; it needs a name");
    }
    if (!Files.exists(target)) {
      return;
    }
    if (Files.isDirectory(target) != directory) {
      throw new IllegalArgumentException(
          "target " + target + " is a " + (directory ? "file" : "directory"));
    }
    if (!overwrite && !(directory && FileSwap.isEmpty(target))) {
      throw new IllegalArgumentException(
          "target " + target + " exists; it is replaced only with overwrite(true)");
    }
  }

  private void checkSha256(String sha256) {
    if (expectedSha256 != null && !expectedSha256.equals(sha256)) {
      throw new DownloadException(
          Reason.WRONG_CHECKSUM,
          "the archive of %s has the SHA-256 %s; expected is %s"
              .formatted(tinkerPath, sha256, expectedSha256));
    }
  }
}
