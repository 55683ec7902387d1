package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.checkpoint.AdapterFiles;
import io.tinker4j.testkit.checkpoint.CheckpointStore;
import io.tinker4j.testkit.checkpoint.StoredPath;
import io.tinker4j.testkit.checkpoint.TarArchive;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.ContentHash;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.http.SignedTokens;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses that give out content without credentials until they expire. An address says itself, in
 * a signed token, what it stands for; so it works after a restart too. Understands ranges, so that
 * an interrupted download can go on.
 */
public final class Downloads {
  private static final String PURPOSE = "tinker-download";
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
  private static final int PARTIAL_CONTENT = 206;
  private static final int NOT_SATISFIABLE = 416;

  private final SignedTokens tokens;
  private final Supplier<URI> baseUrl;
  private final CheckpointStore checkpoints;
  private final Function<String, byte[]> traces;

  /**
   * Creates the endpoint.
   *
   * @param traces gives the trace of a session by its id
   */
  public Downloads(
      SignedTokens tokens,
      Supplier<URI> baseUrl,
      CheckpointStore checkpoints,
      Function<String, byte[]> traces) {
    this.tokens = tokens;
    this.baseUrl = baseUrl;
    this.checkpoints = checkpoints;
    this.traces = traces;
  }

  public void addTo(Router router) {
    router
        .addOpen("GET", "downloads/*", this::download)
        .addOpen("HEAD", "downloads/*", this::download);
  }

  /** The address of a checkpoint's archive. */
  String archiveUrl(HttpCall call, StoredPath path, Duration life) {
    return url(call, "archive " + call.owner() + " - " + path, life);
  }

  /** The address of one of a checkpoint's files. */
  String fileUrl(HttpCall call, String name, StoredPath path, Duration life) {
    return url(call, "file " + call.owner() + " " + name + " " + path, life);
  }

  /** The address of a session's trace. */
  String traceUrl(HttpCall call, String sessionId, Duration life) {
    return url(call, "trace " + call.owner() + " - " + sessionId, life);
  }

  private String url(HttpCall call, String subject, Duration life) {
    return address(call, "downloads", tokens.issue(PURPOSE, subject, life));
  }

  /** An address of this server as the caller can reach it. */
  String address(HttpCall call, String route, String token) {
    URI base = baseUrl.get();
    String host = call.header("host");
    return (host.isEmpty() ? base.toString() : base.getScheme() + "://" + host)
        + "/api/v1/"
        + route
        + "/"
        + token;
  }

  private Answer download(HttpCall call) {
    List<String> subject = List.of(tokens.addressed(PURPOSE, call.pathParameter(0)).split(" ", 4));
    try {
      return switch (subject.get(0)) {
        case "archive" ->
            answer(call, "application/x-tar", archive(subject.get(1), subject.get(3)));
        case "file" ->
            answer(
                call,
                "application/octet-stream",
                file(subject.get(1), subject.get(2), subject.get(3)));
        default -> answer(call, Answer.JSON, traces.apply(subject.get(3)));
      };
    } catch (IOException e) {
      throw RefusedException.storageFailed(e);
    }
  }

  private byte[] archive(String owner, String path) throws IOException {
    StoredPath checkpoint = StoredPath.parse(path);
    return checkpoints.load(
        owner,
        checkpoint,
        directory ->
            TarArchive.of(
                AdapterFiles.read(directory),
                checkpoints.saved(checkpoint).time().getEpochSecond()));
  }

  private byte[] file(String owner, String name, String path) throws IOException {
    Map<String, byte[]> files = checkpoints.load(owner, StoredPath.parse(path), AdapterFiles::read);
    byte[] content = files.get(name);
    if (content == null) {
      throw RefusedException.notFound("file " + name + " is unknown");
    }
    return content;
  }

  /** Answers with all of a content or with the one range that is asked for. */
  static Answer answer(HttpCall call, String type, byte[] content) {
    String tag = "\"" + HexFormat.of().formatHex(ContentHash.of(content)) + "\"";
    String condition = call.header("if-range");
    Matcher range = RANGE.matcher(call.header("range").toLowerCase(Locale.ROOT).strip());
    boolean ranged = range.matches() && (condition.isEmpty() || condition.equals(tag));
    if (!ranged || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
      return tagged(Answer.of(200, type, content), tag);
    }
    long start;
    long end = content.length - 1L;
    if (range.group(1).isEmpty()) {
      start = Math.max(0, content.length - Long.parseLong(range.group(2)));
    } else {
      start = Long.parseLong(range.group(1));
      end = range.group(2).isEmpty() ? end : Math.min(end, Long.parseLong(range.group(2)));
    }
    if (start > end) {
      return tagged(Answer.of(NOT_SATISFIABLE, type, new byte[0]), tag)
          .withHeader("Content-Range", "bytes */" + content.length);
    }
    byte[] part = Arrays.copyOfRange(content, (int) start, (int) end + 1);
    return tagged(Answer.of(PARTIAL_CONTENT, type, part), tag)
        .withHeader("Content-Range", "bytes " + start + "-" + end + "/" + content.length);
  }

  private static Answer tagged(Answer answer, String tag) {
    return answer.withHeader("ETag", tag).withHeader("Accept-Ranges", "bytes");
  }
}
