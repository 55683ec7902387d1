package io.tinker4j.text.renderer;

/** Says how many tokens an image takes; models differ. Safe for use by many threads. */
@FunctionalInterface
public interface ImageTokenCounter {
  /** Returns the number of tokens of an image of this size in pixels. */
  int count(int width, int height);
}
