package io.tinker4j.text.tokenizer;

import io.tinker4j.transport.Time;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Downloads a tokenizer's files from a hub into a directory, which appears when all are complete.
 * Their checksums are kept beside them. What has come of a download that fails is kept, too, and
 * the next one asks for the rest. Safe for use by many threads.
 */
final class HubDownload {
  /** No tokenizer's file is half as large. */
  static final long MAX_BYTES = 128L << 20;

  static final String CHECKSUMS = "checksums.sha256";
  private static final int MAX_REDIRECTS = 5;

  private final URI hub;
  private final @Nullable String token;
  private final Duration deadline;

  /**
   * @param token sent to the hub itself, never to where it redirects
   * @param deadline for all files together
   */
  HubDownload(URI hub, @Nullable String token, Duration deadline) {
    this.hub = hub;
    this.token = token;
    this.deadline = deadline;
  }

  /**
   * Downloads the files of a repository.
   *
   * @return whether the repository has a tokenizer
   * @throws IOException when the hub refuses, a file is too large or is not what the hub said, or
   *     the deadline passes
   */
  boolean download(String repository, String revision, Path target) throws IOException {
    long end = Time.system().nanoTime() + deadline.toNanos();
    Path parent = Objects.requireNonNull(target.toAbsolutePath().getParent());
    Files.createDirectories(parent);
    Path part = Files.createTempDirectory(parent, ".part-");
    Path kept = parent.resolve(".kept-" + target.getFileName());
    URI base =
        URI.create(
            hub.toString().replaceAll("/+$", "") + "/" + repository + "/resolve/" + revision + "/");
    try (HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build()) {
      boolean isFound = new Repository(client, base, part, kept, end).fetch();
      if (isFound) {
        moveInto(part, target);
        remove(kept);
      }
      return isFound;
    } finally {
      remove(part);
    }
  }

  /** Another process may have been faster; what it has put there is as good. */
  private static void moveInto(Path part, Path target) throws IOException {
    try {
      Files.move(part, target);
    } catch (IOException e) {
      if (!Files.isDirectory(target)) {
        throw e;
      }
    }
  }

  /** What became of a request. */
  private enum Outcome {
    COMPLETE,
    MISSING,
    /** What was there already is no part of the file. */
    UNFIT
  }

  /** The files of one repository, on their way into a directory. */
  private final class Repository {
    private final HttpClient client;
    private final URI base;
    private final Path directory;
    private final Path kept;
    private final long end;
    private final Map<String, String> checksums = new TreeMap<>();
    private final List<PartialFile> complete = new ArrayList<>();

    Repository(HttpClient client, URI base, Path directory, Path kept, long end) {
      this.client = client;
      this.base = base;
      this.directory = directory;
      this.kept = kept;
      this.end = end;
    }

    /** Fetches the files and writes their checksums; returns whether there is a tokenizer. */
    boolean fetch() throws IOException {
      boolean isDone = false;
      try {
        boolean isFound = fetch("tokenizer.json") || fetch("tiktoken.model");
        if (isFound) {
          fetch("tokenizer_config.json");
          fetch("chat_template.jinja");
          writeChecksums(directory, checksums);
        }
        isDone = true;
        return isFound;
      } finally {
        if (!isDone) {
          for (PartialFile file : complete) {
            file.keep();
          }
        }
      }
    }

    /** Fetches a file; returns whether the repository has it. */
    private boolean fetch(String name) throws IOException {
      PartialFile file = PartialFile.take(directory.resolve(name), kept);
      Outcome outcome = Outcome.UNFIT;
      try {
        outcome = attempt(name, file);
        if (outcome == Outcome.UNFIT) {
          file.clear();
          outcome = attempt(name, file);
        }
      } finally {
        if (outcome != Outcome.COMPLETE) {
          file.keep();
        }
      }
      if (outcome == Outcome.COMPLETE) {
        complete.add(file);
        return true;
      }
      return false;
    }

    private Outcome attempt(String name, PartialFile file) throws IOException {
      URI source = base.resolve(name);
      URI at = source;
      String expected = null;
      for (int i = 0; i <= MAX_REDIRECTS; i++) {
        HttpResponse<Boolean> response = send(at, file, expected != null);
        int status = response.statusCode();
        if (expected == null) {
          expected = linkedChecksum(response.headers()).orElse(null);
        }
        if (response.body() || file.isAll(response)) {
          return checked(source, file, expected);
        }
        if (status == 404) {
          file.clear();
          return Outcome.MISSING;
        }
        if (file.isBegun() && (status == 206 || status == 416)) {
          return Outcome.UNFIT;
        }
        Optional<String> location = response.headers().firstValue("location");
        if (status / 100 != 3 || location.isEmpty()) {
          throw new IOException(source + " answered with status " + status);
        }
        at = redirected(at, location.get());
      }
      throw new IOException(source + " redirects more than " + MAX_REDIRECTS + " times");
    }

    private Outcome checked(URI source, PartialFile file, @Nullable String expected)
        throws IOException {
      String checksum = checksum(file.path());
      if (expected != null && !expected.equals(checksum)) {
        if (file.isBegun()) {
          return Outcome.UNFIT;
        }
        file.clear();
        throw new IOException(
            source + " has the checksum " + checksum + ", and the hub says " + expected);
      }
      checksums.put(String.valueOf(file.path().getFileName()), checksum);
      return Outcome.COMPLETE;
    }

    /** Sends a request; the answer's body says whether it was written to the file. */
    private HttpResponse<Boolean> send(URI at, PartialFile file, boolean isChecked)
        throws IOException {
      HttpRequest.Builder request = request(at);
      file.ask(request);
      AtomicReference<@Nullable BoundedFile> writing = new AtomicReference<>();
      CompletableFuture<HttpResponse<Boolean>> sent =
          client.sendAsync(
              request.build(),
              head -> {
                if (head.statusCode() != 200 && !file.isRest(head)) {
                  return HttpResponse.BodySubscribers.replacing(false);
                }
                BoundedFile body =
                    file.write(head, isChecked || linkedChecksum(head.headers()).isPresent());
                writing.set(body);
                return body;
              });
      try {
        return HubDownload.await(sent, at, end);
      } finally {
        BoundedFile body = writing.get();
        if (body != null) {
          body.abandon();
        }
      }
    }
  }

  private static URI redirected(URI from, String location) throws IOException {
    URI to = from.resolve(location);
    if (from.getScheme().equals("https") && !"https".equals(to.getScheme())) {
      throw new IOException(from + " redirects to " + to.getScheme() + ", which is not encrypted");
    }
    return to;
  }

  private HttpRequest.Builder request(URI at) {
    HttpRequest.Builder request = HttpRequest.newBuilder(at).GET();
    boolean isHub =
        hub.getScheme().equals(at.getScheme())
            && hub.getHost().equals(at.getHost())
            && hub.getPort() == at.getPort();
    if (token != null && isHub) {
      request.header("Authorization", "Bearer " + token);
    }
    return request;
  }

  /** Returns the SHA-256 that a hub tells of a large file. */
  private static Optional<String> linkedChecksum(HttpHeaders headers) {
    return headers
        .firstValue("x-linked-etag")
        .map(text -> text.replace("\"", "").toLowerCase(Locale.ROOT))
        .filter(text -> text.matches("[0-9a-f]{64}"));
  }

  private static <T> T await(CompletableFuture<T> sent, URI at, long end) throws IOException {
    try {
      return sent.get(Math.max(0, end - Time.system().nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw new IOException(at + " was not complete before the deadline", e);
    } catch (InterruptedException e) {
      sent.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while downloading " + at, e);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IOException(at + " failed: " + cause.getMessage(), cause);
    }
  }

  private static void writeChecksums(Path directory, Map<String, String> checksums)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    checksums.forEach((name, sum) -> lines.append(sum).append("  ").append(name).append('\n'));
    Files.writeString(directory.resolve(CHECKSUMS), lines);
  }

  /**
   * Checks the files of a directory against the checksums that were kept.
   *
   * @throws IOException when there are none, a file is missing, or it has changed
   */
  static void check(Path directory) throws IOException {
    for (String line : Files.readAllLines(directory.resolve(CHECKSUMS))) {
      Path file = directory.resolve(line.substring(line.indexOf("  ") + 2));
      if (!line.startsWith(checksum(file))) {
        throw new IOException(
            file + " is not as it was downloaded; delete the directory and download it again");
      }
    }
  }

  private static String checksum(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void remove(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
