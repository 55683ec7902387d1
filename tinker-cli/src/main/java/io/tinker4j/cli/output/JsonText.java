package io.tinker4j.cli.output;

import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON that is no message of the protocol: lines of data, results of commands. */
public final class JsonText {
  private JsonText() {}

  /** Text that is not a JSON object; the message says why in a few words. */
  public static final class SyntaxException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    public SyntaxException(String message) {
      super(message);
    }

    public SyntaxException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Reads an object as maps, lists, strings, numbers and booleans. */
  public static Map<String, @Nullable Object> readObject(String text) throws SyntaxException {
    if (!text.stripLeading().startsWith("{")) {
      throw new SyntaxException("not a JSON object");
    }
    try {
      return JsonCodec.readMap(text.getBytes(StandardCharsets.UTF_8));
    } catch (DecodeException e) {
      throw new SyntaxException("malformed JSON: " + reason(e), e);
    }
  }

  /** The parser's own words, without the place in the bytes and without the data. */
  private static String reason(DecodeException failure) {
    Throwable parser = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(parser.getMessage()).lines().findFirst().orElse("");
  }

  /** Writes an object on one line. */
  public static String write(Map<String, @Nullable Object> fields) {
    return new String(JsonCodec.write(fields), StandardCharsets.UTF_8);
  }
}
