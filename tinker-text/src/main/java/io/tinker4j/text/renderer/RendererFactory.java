package io.tinker4j.text.renderer;

import io.tinker4j.text.tokenizer.Tokenizer;

/** Makes a renderer of one's own, for {@link Renderers#with}. Safe for use by many threads. */
@FunctionalInterface
public interface RendererFactory {
  /**
   * Returns a renderer.
   *
   * @throws IllegalArgumentException when the tokenizer lacks what the format needs
   */
  Renderer create(Tokenizer tokenizer, RendererOptions options);
}
