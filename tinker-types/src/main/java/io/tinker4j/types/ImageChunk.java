package io.tinker4j.types;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.tinker4j.types.internal.Checks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Objects;
import java.util.OptionalInt;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An encoded image. Immutable.
 *
 * <p>{@code height}, {@code width} and {@code tokens} are on the wire only when {@link #withSize}
 * or {@link #withTokens} set them, or when they were on the wire: the server computes them, and
 * strict servers refuse them.
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonPropertyOrder({"data", "format", "expected_tokens", "height", "width", "tokens", "type"})
public final class ImageChunk implements ModelInputChunk {
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

  @JsonProperty("data")
  private final byte[] data;

  private final ImageFormat format;
  private final @Nullable Integer expectedTokens;

  @JsonProperty("height")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private final @Nullable Integer height;

  @JsonProperty("width")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private final @Nullable Integer width;

  private final @Nullable Integer tokens;

  ImageChunk(
      byte[] data,
      ImageFormat format,
      @Nullable Integer expectedTokens,
      @Nullable Integer height,
      @Nullable Integer width,
      @Nullable Integer tokens) {
    this.data = Objects.requireNonNull(data, "data");
    this.format = Objects.requireNonNull(format, "format");
    this.expectedTokens = expectedTokens;
    this.height = height;
    this.width = width;
    this.tokens = tokens;
  }

  /**
   * Reads an image file.
   *
   * @throws IOException when it cannot be read
   * @throws IllegalArgumentException when it is neither PNG nor JPEG
   */
  public static ImageChunk of(Path file) throws IOException {
    try {
      return ofOwned(Files.readAllBytes(file));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns a chunk of the bytes of an image file; the array is copied.
   *
   * @throws IllegalArgumentException when they are neither PNG nor JPEG
   */
  public static ImageChunk of(byte[] data) {
    return ofOwned(data.clone());
  }

  /**
   * Returns a chunk of an image that is encoded as said; the array is copied and not looked at. For
   * formats that this version cannot tell by their first bytes.
   */
  public static ImageChunk of(byte[] data, ImageFormat format) {
    return new ImageChunk(data.clone(), format, null, null, null, null);
  }

  private static ImageChunk ofOwned(byte[] data) {
    return new ImageChunk(data, formatOf(data), null, null, null, null);
  }

  private static ImageFormat formatOf(byte[] data) {
    if (startsWith(data, PNG)) {
      return ImageFormat.PNG;
    }
    if (startsWith(data, JPEG)) {
      return ImageFormat.JPEG;
    }
    throw new IllegalArgumentException(
        "data begins with 0x%s; an image must be png (0x89504e470d0a1a0a) or jpeg (0xffd8ff)"
            .formatted(HexFormat.of().formatHex(data, 0, Math.min(data.length, PNG.length))));
  }

  private static boolean startsWith(byte[] data, byte[] magic) {
    return data.length >= magic.length
        && Arrays.equals(data, 0, magic.length, magic, 0, magic.length);
  }

  /** Returns this chunk with the number of tokens that the server is to check. */
  public ImageChunk withExpectedTokens(int expectedTokens) {
    return new ImageChunk(
        data, format, Checks.notNegative("expectedTokens", expectedTokens), height, width, tokens);
  }

  /** Returns this chunk with its size in pixels on the wire. */
  public ImageChunk withSize(int height, int width) {
    return new ImageChunk(
        data,
        format,
        expectedTokens,
        Checks.notNegative("height", height),
        Checks.notNegative("width", width),
        tokens);
  }

  /** Returns this chunk with {@code tokens} on the wire. */
  public ImageChunk withTokens(int tokens) {
    return new ImageChunk(
        data, format, expectedTokens, height, width, Checks.notNegative("tokens", tokens));
  }

  /** Returns {@code image}, the tag on the wire. */
  @Override
  @JsonProperty("type")
  public String type() {
    return "image";
  }

  /** Returns a read-only view of the image file. */
  public ByteBuffer data() {
    return ByteBuffer.wrap(data).asReadOnlyBuffer();
  }

  /** Returns how the image is encoded. */
  @JsonProperty("format")
  public ImageFormat format() {
    return format;
  }

  /** Returns the number of tokens that the server is to check. */
  @JsonProperty("expected_tokens")
  public OptionalInt expectedTokens() {
    return optional(expectedTokens);
  }

  /** Returns the number of tokens, when it was set or on the wire. */
  @JsonProperty("tokens")
  public OptionalInt tokens() {
    return optional(tokens);
  }

  /**
   * Returns the height in pixels: what was set, or else what the file's header says.
   *
   * @throws IllegalStateException when the header cannot be read, or it is to be read in a runtime
   *     image without the module {@code java.desktop}
   */
  public int height() {
    return height != null ? height : header(reader -> reader.getHeight(0));
  }

  /**
   * Returns the width in pixels: what was set, or else what the file's header says.
   *
   * @throws IllegalStateException when the header cannot be read, or it is to be read in a runtime
   *     image without the module {@code java.desktop}
   */
  public int width() {
    return width != null ? width : header(reader -> reader.getWidth(0));
  }

  /**
   * Returns the length in tokens.
   *
   * @throws IllegalStateException when {@code expectedTokens} is not set
   */
  public int length() {
    return expectedTokens()
        .orElseThrow(() ->
            new IllegalStateException(
                "the length of an image is known only when expectedTokens is set"));
  }

  private interface Dimension {
    int of(ImageReader reader) throws IOException;
  }

  private int header(Dimension dimension) {
    if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
      throw new IllegalStateException(
          "the size of an image can be read only where the module java.desktop is; set height and"
              + " width, or add java.desktop to the runtime image");
    }
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(data))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (readers.hasNext()) {
        ImageReader reader = readers.next();
        try {
          reader.setInput(stream);
          return dimension.of(reader);
        } finally {
          reader.dispose();
        }
      }
    } catch (IOException | IndexOutOfBoundsException e) {
      throw new IllegalStateException("the header of the " + format + " cannot be read: " + e, e);
    }
    throw new IllegalStateException("the header of the " + format + " cannot be read");
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ImageChunk that
        && Arrays.equals(data, that.data)
        && format.equals(that.format)
        && Objects.equals(expectedTokens, that.expectedTokens)
        && Objects.equals(height, that.height)
        && Objects.equals(width, that.width)
        && Objects.equals(tokens, that.tokens);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(data), format, expectedTokens, height, width, tokens);
  }

  @Override
  public String toString() {
    return "ImageChunk{" + format + ", " + data.length + " bytes}";
  }
}
