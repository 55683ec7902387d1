package io.tinker4j.training.download;

import io.tinker4j.training.download.DownloadException.Reason;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.internal.PrivateFiles;
import io.tinker4j.types.CheckpointArchiveUrlResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fetches one archive into one file, through cuts and expired addresses. Used once.
 *
 * <p>After a cut only the rest is asked for, on the condition that the archive is still the same
 * one by its entity tag or its date. When the server sends everything instead, or has neither, it
 * is fetched from its start.
 */
final class ArchiveFetch {
  private static final System.Logger log = System.getLogger(ArchiveFetch.class.getName());
  private static final int ATTEMPTS = 10;
  private static final int RENEWALS = 3;
  private static final int BLOCK = 1 << 16;

  /** What an attempt must add to the most that was there before, or it is one without progress. */
  private static final long PROGRESS = 1 << 20;

  private static final Set<Integer> EXPIRED = Set.of(401, 403, 410);
  private static final int NOT_SATISFIABLE = 416;
  private static final int PARTIAL_CONTENT = 206;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

  private final ApiClient api;
  private final String tinkerPath;
  private final Supplier<CheckpointArchiveUrlResponse> addresses;
  private final CheckpointDownload.Progress progress;
  private final MessageDigest digest;

  private @Nullable CheckpointArchiveUrlResponse address;
  private String validator = "";
  private long received;
  private long total = -1;
  private long most;
  private int fruitless;
  private int renewals;
  private int resumed;

  ArchiveFetch(
      ApiClient api,
      String tinkerPath,
      Supplier<CheckpointArchiveUrlResponse> addresses,
      CheckpointDownload.Progress progress) {
    this.api = api;
    this.tinkerPath = tinkerPath;
    this.addresses = addresses;
    this.progress = progress;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** What was fetched. */
  record Fetched(long bytes, String sha256, int resumed) {}

  /**
   * Fetches the archive.
   *
   * @param path a file that is not there yet
   * @throws IOException when the file cannot be written
   */
  Fetched to(Path path) throws IOException {
    PrivateFiles.createFile(path);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      while (!attempt(file)) {
        if (fruitless >= ATTEMPTS) {
          throw new DownloadException(
              Reason.INCOMPLETE,
              "the download of %s broke off at %d of %s bytes, the last %d times without progress"
                  .formatted(tinkerPath, received, total < 0 ? "?" : total, fruitless));
        }
        api.pause(api.retryDelay(Math.max(0, fruitless - 1)));
      }
      file.getFD().sync();
    }
    return new Fetched(received, HexFormat.of().formatHex(digest.digest()), resumed);
  }

  /** Returns whether everything is there. */
  private boolean attempt(RandomAccessFile file) throws IOException {
    if (received > 0 && validator.isEmpty()) {
      restart(file);
    }
    boolean complete = false;
    try (TransportResponse response = api.download(uri(), options())) {
      complete = isExpected(response, file) && copy(response.body(), file);
    } catch (ApiStatusException e) {
      recover(e, file);
    }
    if (received - most >= PROGRESS) {
      most = received;
      fruitless = 0;
      renewals = 0;
    } else {
      fruitless++;
    }
    return complete;
  }

  private URI uri() {
    if (address == null || !api.time().now().isBefore(address.expires())) {
      address = addresses.get();
    }
    try {
      URI uri = new URI(address.url());
      if (uri.isAbsolute()) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw new DownloadException(Reason.MALFORMED, noUrl(), e);
    }
    throw new DownloadException(Reason.MALFORMED, noUrl());
  }

  private String noUrl() {
    return "the server's address for the archive of " + tinkerPath + " is no URL";
  }

  private CallOptions options() {
    CallOptions.Builder options = CallOptions.builder().withoutCredentials();
    if (received > 0) {
      options.header("Range", "bytes=" + received + "-").header("If-Range", validator);
    }
    return options.build();
  }

  /** An address that is refused is asked for anew; a range that does not exist is given up. */
  private void recover(ApiStatusException e, RandomAccessFile file) throws IOException {
    if (e.status() == NOT_SATISFIABLE && received > 0) {
      restart(file);
    } else if (EXPIRED.contains(e.status()) && renewals++ < RENEWALS) {
      address = null;
    } else {
      throw e;
    }
  }

  /** Returns whether the body goes on where the file ends, which is its start after a restart. */
  private boolean isExpected(TransportResponse response, RandomAccessFile file) throws IOException {
    Headers headers = response.headers();
    if (response.status() == PARTIAL_CONTENT) {
      Matcher range = CONTENT_RANGE.matcher(headers.first("content-range").orElse(""));
      boolean rest =
          range.matches()
              && Long.parseLong(range.group(1)) == received
              && (total < 0 || range.group(2).equals(Long.toString(total)));
      if (!rest) {
        restart(file);
        return false;
      }
      resumed++;
      return true;
    }
    if (received > 0) {
      restart(file);
    }
    total = headers.first("content-length").map(ArchiveFetch::length).orElse(-1L);
    validator =
        headers
            .first("etag")
            .filter(tag -> !tag.startsWith("W/"))
            .or(() -> headers.first("last-modified"))
            .orElse("");
    return true;
  }

  private static long length(String text) {
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
  }

  private void restart(RandomAccessFile file) throws IOException {
    log.log(
        System.Logger.Level.DEBUG,
        () -> "starting anew: checkpoint=" + tinkerPath + " received=" + received);
    file.setLength(0);
    file.seek(0);
    digest.reset();
    received = 0;
    total = -1;
    validator = "";
  }

  /** Returns whether the body has come to its end; false when it was cut off. */
  private boolean copy(InputStream body, RandomAccessFile file) throws IOException {
    byte[] block = new byte[BLOCK];
    while (true) {
      int count;
      try {
        count = body.read(block);
      } catch (IOException e) {
        log.log(
            System.Logger.Level.DEBUG,
            () -> "cut off: checkpoint=" + tinkerPath + " received=" + received + " cause=" + e);
        return false;
      }
      if (count < 0) {
        return total < 0 || received == total;
      }
      if (total >= 0 && received + count > total) {
        restart(file);
        return false;
      }
      file.write(block, 0, count);
      digest.update(block, 0, count);
      received += count;
      progress.received(received, total);
    }
  }
}
