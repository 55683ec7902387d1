package io.tinker4j.text.renderer;

import io.tinker4j.text.tokenizer.Tokenizer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Renderers by the names of the Python cookbook. Immutable; {@link #with} returns a registry that
 * knows one more.
 *
 * {@snippet :
 * Renderer renderer = Renderers.recommended("Qwen/Qwen3-8B", tokenizer);
 * ModelInput prompt = renderer.generationPrompt(List.of(Message.user("Hello!")));
 * ParsedResponse answer = renderer.parseResponse(sampledTokens);
 * }
 */
public final class Renderers {
  private static final Renderers KNOWN = new Renderers(KnownRenderers.factories());

  private final Map<String, RendererFactory> factories;

  private Renderers(Map<String, RendererFactory> factories) {
    this.factories = Collections.unmodifiableMap(factories);
  }

  /** Returns the registry of the renderers that come with the library. */
  public static Renderers known() {
    return KNOWN;
  }

  /**
   * Returns a renderer that comes with the library.
   *
   * @throws IllegalArgumentException when there is none of this name, or the tokenizer lacks a
   *     token of its format; what there is, or is missing, is named
   */
  public static Renderer of(String name, Tokenizer tokenizer) {
    return KNOWN.create(name, tokenizer, RendererOptions.DEFAULT);
  }

  /**
   * Returns a renderer that comes with the library.
   *
   * @throws IllegalArgumentException as {@link #of(String, Tokenizer)}
   */
  public static Renderer of(String name, Tokenizer tokenizer, RendererOptions options) {
    return KNOWN.create(name, tokenizer, options);
  }

  /**
   * Returns the renderer that is made for a model.
   *
   * @param model such as {@code Qwen/Qwen3-8B}
   * @throws IllegalArgumentException when the model is not known, or the tokenizer is not its own
   */
  public static Renderer recommended(String model, Tokenizer tokenizer) {
    return of(ModelAttributes.of(model).recommendedRenderers().get(0), tokenizer);
  }

  /**
   * Returns this registry with one renderer more, or another one under its name.
   *
   * @param name best with an owner in front, such as {@code acme/support}
   */
  public Renderers with(String name, RendererFactory factory) {
    Map<String, RendererFactory> more = new TreeMap<>(factories);
    more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(factory, "factory"));
    return new Renderers(more);
  }

  /** Returns the names, in order. */
  public Set<String> names() {
    return factories.keySet();
  }

  /**
   * Returns a renderer.
   *
   * @throws IllegalArgumentException as {@link #of(String, Tokenizer)}
   */
  public Renderer create(String name, Tokenizer tokenizer, RendererOptions options) {
    RendererFactory factory = factories.get(name);
    if (factory == null) {
      throw new IllegalArgumentException(
          "there is no renderer '%s'; known are %s"
              .formatted(name, String.join(", ", List.copyOf(factories.keySet()))));
    }
    return factory.create(
        Objects.requireNonNull(tokenizer, "tokenizer"), Objects.requireNonNull(options, "options"));
  }
}
