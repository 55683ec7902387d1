package io.tinker4j.cli.access;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.cli.output.JsonLayout;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.internal.PrivateFiles;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that {@code tinker auth login} has stored, in the file that the Python SDK reads
 * and writes: {@code ~/.tinker/credentials.json}, which only its owner can read. What this version
 * does not know of it is kept. A file that cannot be read or is of another version is a {@link
 * CommandException}. Not thread-safe.
 */
public final class StoredCredentials {
  private static final int VERSION = 1;
  private static final String DEFAULT = "default";
  private static final String KEYS = "keys";

  private final Path file;

  private StoredCredentials(Path file) {
    this.file = file;
  }

  /**
   * A stored API key.
   *
   * @param id what it is called in the file
   * @param key the key itself; never printed
   * @param name what its owner calls it
   * @param isGenerated whether a browser login of the Python command has made it
   */
  public record StoredKey(String id, String key, String name, boolean isGenerated) {
    @Override
    public String toString() {
      return "StoredKey{" + id + ", ***, " + name + "}";
    }
  }

  /** Returns the store of that user. */
  public static StoredCredentials of(Surroundings surroundings) {
    return new StoredCredentials(
        surroundings.home().resolve(".tinker").resolve("credentials.json"));
  }

  /** Returns the file, which need not exist. */
  public Path file() {
    return file;
  }

  /** Returns the key that is used when nothing else is said. */
  public Optional<StoredKey> defaultKey() {
    Map<String, @Nullable Object> stored = read();
    return stored.get(DEFAULT) instanceof String id
            && keys(stored).get(id) instanceof Map<?, ?> fields
            && fields.get("key") instanceof String key
        ? Optional.of(
            new StoredKey(
                id,
                key,
                fields.get("name") instanceof String name ? name : id,
                "generated".equals(fields.get("type"))))
        : Optional.empty();
  }

  /** Stores a key of the user's and makes it the default. */
  public void store(String id, String key, String name) {
    Map<String, @Nullable Object> stored = read();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("type", "manual");
    fields.put("key", key);
    fields.put("name", name);
    Map<String, @Nullable Object> keys = keys(stored);
    keys.put(id, fields);
    write(id, keys, stored);
  }

  /** Removes a key; if it was the default, there is none then. */
  public void remove(String id) {
    Map<String, @Nullable Object> stored = read();
    Map<String, @Nullable Object> keys = keys(stored);
    keys.remove(id);
    Object chosen = stored.get(DEFAULT);
    write(id.equals(chosen) ? null : chosen, keys, stored);
  }

  private Map<String, @Nullable Object> read() {
    if (!Files.exists(file)) {
      return Map.of();
    }
    try {
      Map<String, @Nullable Object> stored = JsonCodec.readMap(Files.readAllBytes(file));
      if (stored.get("version") instanceof Number version && version.intValue() == VERSION) {
        return stored;
      }
      throw unreadable("it is not of version " + VERSION, null);
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(file, e), e);
    } catch (DecodeException e) {
      // Neither the message nor the cause is shown: they may quote a key.
      throw unreadable("it is not JSON", null);
    }
  }

  private CommandException unreadable(String why, @Nullable Throwable cause) {
    String message = "%s cannot be used: %s".formatted(file, why);
    List<String> details = List.of("Move it away, then log in again with `tinker auth login`.");
    return cause == null
        ? new CommandException(message, details)
        : new CommandException(message, details, cause);
  }

  private static Map<String, @Nullable Object> keys(Map<String, @Nullable Object> stored) {
    Map<String, @Nullable Object> keys = new LinkedHashMap<>();
    if (stored.get(KEYS) instanceof Map<?, ?> map) {
      map.forEach((id, fields) -> keys.put(String.valueOf(id), fields));
    }
    return keys;
  }

  /** Replaces the file as a whole, so that no reader sees half of it. */
  private void write(
      @Nullable Object chosen,
      Map<String, @Nullable Object> keys,
      Map<String, @Nullable Object> before) {
    Map<String, @Nullable Object> stored = new LinkedHashMap<>(before);
    stored.put("version", VERSION);
    stored.put(DEFAULT, chosen);
    stored.put(KEYS, keys);
    Path written = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      PrivateFiles.createDirectories(Objects.requireNonNull(written.toAbsolutePath().getParent()));
      try (FileChannel channel =
          PrivateFiles.open(written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer bytes =
            StandardCharsets.UTF_8.encode(JsonLayout.indented(stored) + System.lineSeparator());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(file, e), e);
    } finally {
      remove(written);
    }
  }

  private static void remove(Path written) {
    try {
      Files.deleteIfExists(written);
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(written, e), e);
    }
  }
}
