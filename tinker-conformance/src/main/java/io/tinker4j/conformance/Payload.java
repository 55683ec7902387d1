package io.tinker4j.conformance;

import com.github.luben.zstd.Zstd;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request before its placeholders are filled in.
 *
 * @param isCompressed whether it is sent as a zstd frame
 */
record Payload(Form form, @Nullable Object content, boolean isCompressed) {
  /** How a body is written down. */
  enum Form {
    /** As the JSON that is sent. */
    JSON,
    /** As a text, or its parts, that is sent as it is. */
    TEXT,
    /** As the fields of a ForwardBackwardRequest. */
    PROTOBUF,
    /** As bytes in hexadecimal. */
    HEX
  }

  /** Reads the body of a step; null when there is none. */
  static @Nullable Payload of(Spec step) {
    for (Form form : Form.values()) {
      String name = form.name().toLowerCase(java.util.Locale.ROOT);
      if (step.has(name)) {
        return new Payload(form, step.value(name), step.flag("zstd"));
      }
    }
    return null;
  }

  String contentType() {
    return form == Form.JSON || form == Form.TEXT ? Probe.JSON : Probe.PROTOBUF;
  }

  byte[] bytes(Scope scope, Messages messages) throws IOException, InterruptedException {
    Object filled = scope.fill(content);
    byte[] bytes =
        switch (form) {
          case JSON -> JsonCodec.write(filled);
          case TEXT -> joined(filled).getBytes(StandardCharsets.UTF_8);
          case PROTOBUF -> messages.write("ForwardBackwardRequest", filled);
          case HEX -> HexFormat.of().parseHex(String.valueOf(filled));
        };
    return isCompressed ? Zstd.compress(bytes) : bytes;
  }

  private static String joined(@Nullable Object content) {
    if (!(content instanceof List<?> parts)) {
      return String.valueOf(content);
    }
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(joined(part)));
    return text.toString();
  }
}
