package io.tinker4j.cli.hub;

import io.tinker4j.cli.hub.HubClient.Answer;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Uploads the files of an adapter or a model to a model repository of the hub, as one commit. Large
 * files go to the hub's storage first, in constant memory. Not thread-safe; the methods block.
 */
public final class HubUpload implements AutoCloseable {
  private static final Pattern TINKER_PATH = Pattern.compile("tinker://[^\\s\"'`)\\]]+");
  private static final int SAMPLE = 512;
  private static final String MAIN = "main";

  private final HubClient hub;
  private final Consumer<String> progress;

  /**
   * An upload.
   *
   * @param progress hears what is done next
   */
  public HubUpload(HubLogin login, Time time, Consumer<String> progress) {
    this.hub = new HubClient(login, time);
    this.progress = progress;
  }

  /** What is committed. */
  public record Commit(
      String repository,
      @Nullable String revision,
      boolean isPublic,
      String message,
      boolean createsPullRequest) {
    String branch() {
      return revision == null ? MAIN : revision;
    }
  }

  /** Returns the full name of a repository, with the user's in front when it has no owner. */
  public String repository(String name) throws InterruptedException {
    Answer answer = hub.get("/api/whoami-v2");
    if (!answer.isOk()) {
      throw HubClient.refused("say who you are", answer);
    }
    return name.contains("/") ? name : answer.json().get("name") + "/" + name;
  }

  /**
   * Creates what is missing of repository and branch, and commits the files.
   *
   * @param directory where the files are
   * @param tinkerPath the checkpoint; a repository whose page names another one is left alone
   * @return the address of the commit, or of the pull request
   */
  public String push(Commit commit, String tinkerPath, Path directory, List<String> names)
      throws IOException, InterruptedException {
    create(commit);
    checkPage(commit, tinkerPath);
    Map<String, String> modes = uploadModes(commit, directory, names);
    StringBuilder lines = new StringBuilder();
    append(lines, "header", Map.of("summary", commit.message(), "description", ""));
    for (String name : names) {
      if ("lfs".equals(modes.get(name))) {
        progress.accept("Uploading " + name);
        StoredFile stored =
            new LargeFiles(hub, commit.repository()).upload(directory.resolve(name));
        append(lines, "lfsFile", stored.asCommitted(name));
      } else {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("path", name);
        file.put("encoding", "base64");
        file.put(
            "content",
            Base64.getEncoder().encodeToString(Files.readAllBytes(directory.resolve(name))));
        append(lines, "file", file);
      }
    }
    progress.accept("Committing " + names.size() + " file(s)");
    Answer answer =
        hub.post(
            "/api/models/%s/commit/%s%s"
                .formatted(
                    commit.repository(),
                    encoded(commit.branch()),
                    commit.createsPullRequest() ? "?create_pr=1" : ""),
            "application/x-ndjson",
            lines.toString(),
            false);
    if (!answer.isOk()) {
      throw HubClient.refused("commit to " + commit.repository(), answer);
    }
    Map<String, @Nullable Object> done = answer.json();
    Object address = done.get("pullRequestUrl");
    return String.valueOf(address == null ? done.get("commitUrl") : address);
  }

  private void create(Commit commit) throws InterruptedException {
    String[] parts = commit.repository().split("/", 2);
    Map<String, Object> repository = new LinkedHashMap<>();
    repository.put("type", "model");
    repository.put("name", parts[1]);
    repository.put("organization", parts[0]);
    repository.put("private", !commit.isPublic());
    Answer created = hub.post("/api/repos/create", repository);
    if (!created.isOk() && created.status() != 409) {
      throw HubClient.refused("create " + commit.repository(), created);
    }
    if (commit.revision() != null && !commit.revision().equals(MAIN)) {
      Answer branched =
          hub.post(
              "/api/models/%s/branch/%s".formatted(commit.repository(), encoded(commit.revision())),
              Map.of());
      if (!branched.isOk() && branched.status() != 409) {
        throw HubClient.refused("create the branch " + commit.revision(), branched);
      }
    }
  }

  private void checkPage(Commit commit, String tinkerPath) throws InterruptedException {
    Answer page =
        hub.get("/%s/raw/%s/README.md".formatted(commit.repository(), encoded(commit.branch())));
    if (!page.isOk()) {
      return;
    }
    Matcher named = TINKER_PATH.matcher(page.body());
    if (named.find() && !page.body().contains(tinkerPath)) {
      throw new CommandException(
          "The repository %s holds another checkpoint: %s"
              .formatted(commit.repository(), named.group()),
          List.of("Choose another one with --repo, or another branch with --revision."));
    }
  }

  /** The hub says which files are large. */
  private Map<String, String> uploadModes(Commit commit, Path directory, List<String> names)
      throws IOException, InterruptedException {
    List<Map<String, Object>> files = new ArrayList<>();
    for (String name : names) {
      Map<String, Object> file = new LinkedHashMap<>();
      file.put("path", name);
      file.put("size", Files.size(directory.resolve(name)));
      try (InputStream in = Files.newInputStream(directory.resolve(name))) {
        file.put("sample", Base64.getEncoder().encodeToString(in.readNBytes(SAMPLE)));
      }
      files.add(file);
    }
    Answer answer =
        hub.post(
            "/api/models/%s/preupload/%s".formatted(commit.repository(), encoded(commit.branch())),
            Map.of("files", files));
    if (!answer.isOk()) {
      throw HubClient.refused("take files into " + commit.repository(), answer);
    }
    Map<String, String> modes = new LinkedHashMap<>();
    if (answer.json().get("files") instanceof List<?> said) {
      for (Object each : said) {
        if (each instanceof Map<?, ?> file) {
          modes.put(String.valueOf(file.get("path")), String.valueOf(file.get("uploadMode")));
        }
      }
    }
    return modes;
  }

  private static void append(StringBuilder lines, String key, Map<String, ?> value) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("key", key);
    line.put("value", value);
    lines.append(new String(JsonCodec.write(line), StandardCharsets.UTF_8)).append('\n');
  }

  private static String encoded(String revision) {
    return URLEncoder.encode(revision, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    hub.close();
  }
}
