package io.tinker4j.examples;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.Codec;
import io.tinker4j.transport.operation.Operation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A codec of one's own: files as multipart/form-data to an endpoint of one's own. */
public final class MultipartUpload implements Codec<Map<String, byte[]>, String> {
  private static final String BOUNDARY = "tinker4j-example-5f0c";
  private static final Operation<Map<String, byte[]>, String> UPLOAD =
      Operation.post("upload", "/upload", CallKind.REST, new MultipartUpload());

  private MultipartUpload() {}

  /** Uploads a note to the server that TINKER_BASE_URL names. */
  public static void main(String[] args) {
    try (ApiClient api = ApiClient.builder().build()) {
      System.out.println(run(api, Map.of("note.txt", "hello".getBytes(StandardCharsets.UTF_8))));
    }
  }

  static String run(ApiClient api, Map<String, byte[]> files) {
    return api.call(UPLOAD, files);
  }

  @Override
  public Body encode(Map<String, byte[]> files) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    files.forEach((name, content) -> {
      body.writeBytes(
          ascii(
              "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n\r\n"
                  .formatted(BOUNDARY, name)));
      body.writeBytes(content);
      body.writeBytes(ascii("\r\n"));
    });
    body.writeBytes(ascii("--" + BOUNDARY + "--\r\n"));
    return Body.of(body.toByteArray(), "multipart/form-data; boundary=" + BOUNDARY);
  }

  @Override
  public String decode(Answer answer) {
    return answer.text();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
