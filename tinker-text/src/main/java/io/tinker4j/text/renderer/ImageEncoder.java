package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.types.ImageChunk;

/** Makes an image part what a model reads. Safe for use by many threads. */
@FunctionalInterface
public interface ImageEncoder {
  /**
   * Returns the image with the number of its tokens set.
   *
   * @throws IllegalArgumentException when the image cannot be read
   */
  ImageChunk encode(ContentPart.Image image);

  /**
   * Returns an encoder of {@code data:} URIs in base64 that hold a PNG or a JPEG. A JPEG is sent as
   * it is, a PNG as a JPEG without its alpha channel. Needs the module {@code java.desktop}.
   * Nothing is fetched; other locations are refused.
   */
  static ImageEncoder ofDataUris(ImageTokenCounter counter) {
    return new DataUriImages(counter);
  }
}
