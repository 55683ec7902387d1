package io.tinker4j.text.renderer;

import io.tinker4j.text.json.PythonJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of a model by its name: who made it, how large it is, how it is talked to. */
public final class ModelAttributes {
  private static final String PREFIX_OF_ALL = "*";
  private static final Map<String, Map<?, ?>> MODELS = load();

  private final String organization;
  private final String version;
  private final String size;
  private final Map<?, ?> fields;

  private ModelAttributes(String organization, String version, String size, Map<?, ?> fields) {
    this.organization = organization;
    this.version = version;
    this.size = size;
    this.fields = fields;
  }

  private static Map<String, Map<?, ?>> load() {
    try (InputStream in =
        Objects.requireNonNull(ModelAttributes.class.getResourceAsStream("models.json"))) {
      Object json = PythonJson.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      Map<String, Map<?, ?>> models = new LinkedHashMap<>();
      ((Map<?, ?>) Objects.requireNonNull(json))
          .forEach((name, fields) -> models.put(String.valueOf(name), (Map<?, ?>) fields));
      return models;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns what is known of a model.
   *
   * @param model such as {@code Qwen/Qwen3-8B}; what follows a colon is a checkpoint and has no
   *     effect
   * @throws IllegalArgumentException when the name has no organization in front, or nothing is
   *     known
   */
  public static ModelAttributes of(String model) {
    return find(model)
        .orElseThrow(() ->
            new IllegalArgumentException(
                model.indexOf('/') < 0
                    ? "a model's name has the form organization/model; '%s' has not"
                        .formatted(model)
                    : "there is no model '%s' of which the renderer is known; name the renderer"
                        .formatted(model)));
  }

  /** Returns what is known of a model, empty when nothing is. */
  public static Optional<ModelAttributes> find(String model) {
    int colon = model.indexOf(':');
    String name = colon < 0 ? model : model.substring(0, colon);
    int slash = name.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String organization = name.substring(0, slash);
    Map<?, ?> fields = MODELS.get(name);
    if (fields != null) {
      return Optional.of(
          new ModelAttributes(organization, text(fields, "version"), text(fields, "size"), fields));
    }
    String rest = name.substring(slash + 1);
    return MODELS.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith(PREFIX_OF_ALL))
        .filter(entry -> name.startsWith(entry.getKey().substring(0, entry.getKey().length() - 1)))
        .map(entry -> new ModelAttributes(organization, rest, rest, entry.getValue()))
        .findFirst();
  }

  private static String text(Map<?, ?> fields, String name) {
    return String.valueOf(fields.get(name));
  }

  /** Returns the names of the models that are known one by one. */
  public static Set<String> models() {
    Set<String> names = new LinkedHashSet<>(MODELS.keySet());
    names.removeIf(name -> name.endsWith(PREFIX_OF_ALL));
    return Collections.unmodifiableSet(names);
  }

  /** Returns who made the model. */
  public String organization() {
    return organization;
  }

  /** Returns the version, such as {@code 3.1}. */
  public String version() {
    return version;
  }

  /** Returns the number of parameters as its maker writes it, such as {@code 30B-A3B}. */
  public String size() {
    return size;
  }

  /** Returns whether the model has learned to chat. */
  public boolean isChat() {
    return Boolean.TRUE.equals(fields.get("chat"));
  }

  /** Returns whether the model sees images. */
  public boolean seesImages() {
    return Boolean.TRUE.equals(fields.get("images"));
  }

  /** Returns whether the model hears audio. */
  public boolean hearsAudio() {
    return Boolean.TRUE.equals(fields.get("audio"));
  }

  /**
   * Returns the renderers that are made for the model, the best first. {@code tml_v0} is among them
   * for models whose form is not published; {@link Renderers} does not have it.
   */
  public List<String> recommendedRenderers() {
    return fields.get("renderers") instanceof List<?> names
        ? names.stream().map(String::valueOf).toList()
        : List.of();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelAttributes that
        && organization.equals(that.organization)
        && version.equals(that.version)
        && size.equals(that.size)
        && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return Objects.hash(organization, version, size, fields);
  }

  @Override
  public String toString() {
    return "ModelAttributes{%s, %s, %s, %s}"
        .formatted(organization, version, size, recommendedRenderers());
  }
}
