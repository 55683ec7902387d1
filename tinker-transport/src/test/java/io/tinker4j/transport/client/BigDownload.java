package io.tinker4j.transport.client;

import io.tinker4j.transport.TransportResponse;
import java.io.InputStream;
import java.net.URI;

/** Reads a file to its end; run in a JVM with little memory. */
final class BigDownload {
  private BigDownload() {}

  public static void main(String[] arguments) throws Exception {
    URI uri = URI.create(arguments[0]);
    try (ApiClient client =
            ApiClient.builder().apiKey("tml-test").baseUrl(uri.resolve("/").toString()).build();
        TransportResponse response = client.download(uri, CallOptions.defaults())) {
      InputStream body = response.body();
      byte[] block = new byte[65_536];
      long total = 0;
      for (int count = body.read(block); count >= 0; count = body.read(block)) {
        total += count;
      }
      System.out.println(total);
    }
  }
}
