package io.tinker4j.recovery;

import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what a run does as lines of JSON. */
final class JsonLinesTracker implements ExperimentTracker {
  private final Path file;

  JsonLinesTracker(Path file) {
    this.file = file;
  }

  @Override
  public void start(Map<String, String> parameters) {
    write("start", Map.of("parameters", parameters));
  }

  @Override
  public void metrics(long step, Map<String, Double> metrics) {
    Map<String, @Nullable Double> finite = new LinkedHashMap<>();
    metrics.forEach((name, value) -> finite.put(name, Double.isFinite(value) ? value : null));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("step", step);
    fields.put("metrics", finite);
    write("metrics", fields);
  }

  @Override
  public void artifact(Artifact artifact) {
    write("artifact", artifact.fields());
  }

  @Override
  public void finish(Status status) {
    write("finish", Map.of("status", status.name().toLowerCase(Locale.ROOT)));
  }

  private void write(String event, Map<String, ? extends @Nullable Object> fields) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("event", event);
    line.putAll(fields);
    String text = new String(JsonCodec.write(line), StandardCharsets.UTF_8) + "\n";
    try {
      Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
