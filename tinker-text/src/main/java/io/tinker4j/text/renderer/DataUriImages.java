package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ImageFormat;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Objects;
import javax.imageio.ImageIO;

/** Images of {@code data:} URIs as JPEG. */
final class DataUriImages implements ImageEncoder {
  private final ImageTokenCounter counter;

  DataUriImages(ImageTokenCounter counter) {
    this.counter = Objects.requireNonNull(counter, "counter");
  }

  @Override
  public ImageChunk encode(ContentPart.Image image) {
    if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
      throw new IllegalStateException(
          "images can be read only where the module java.desktop is; add it to the runtime image or"
              + " give an ImageEncoder of your own");
    }
    byte[] data = decode(image.location());
    ImageChunk chunk = ImageChunk.of(data);
    int width = chunk.width();
    int height = chunk.height();
    if (!chunk.format().equals(ImageFormat.JPEG)) {
      chunk = ImageChunk.of(toJpeg(data), ImageFormat.JPEG);
    }
    return chunk.withExpectedTokens(counter.count(width, height));
  }

  private static byte[] decode(String location) {
    int comma = location.indexOf(',');
    if (!location.startsWith("data:") || comma < 0 || !location.startsWith(";base64", comma - 7)) {
      throw new IllegalArgumentException(
          ("an image must be a data: URI in base64, but begins with '%s'; to read other"
                      + " locations give")
                  .formatted(location.substring(0, Math.min(20, location.length())))
              + " an ImageEncoder of your own");
    }
    return Base64.getMimeDecoder().decode(location.substring(comma + 1));
  }

  private static byte[] toJpeg(byte[] data) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(data));
      if (image == null) {
        throw new IllegalArgumentException("the image cannot be decoded");
      }
      BufferedImage rgb =
          new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          rgb.setRGB(x, y, image.getRGB(x, y));
        }
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(rgb, "jpeg", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new IllegalArgumentException("the image cannot be decoded: " + e.getMessage(), e);
    }
  }
}
