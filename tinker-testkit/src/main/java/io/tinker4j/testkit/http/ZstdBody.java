package io.tinker4j.testkit.http;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Decompresses request bodies without trusting what they say of their size. */
final class ZstdBody {
  private ZstdBody() {}

  /**
   * Returns the content of a zstd body.
   *
   * @throws RefusedException 400 when it is malformed, 413 when the content exceeds the limit
   */
  static byte[] decompress(byte[] body, int limit) {
    try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(body))) {
      byte[] content = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw RefusedException.tooLarge(limit);
      }
      return content;
    } catch (IOException e) {
      throw RefusedException.badRequest("the body is not valid zstd: " + e.getMessage());
    }
  }
}
