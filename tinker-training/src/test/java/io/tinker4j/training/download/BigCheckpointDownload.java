package io.tinker4j.training.download;

import io.tinker4j.training.RestClients;
import io.tinker4j.transport.client.ApiClient;
import java.nio.file.Path;

/** Downloads and extracts one checkpoint; run in a JVM with little memory. */
final class BigCheckpointDownload {
  private BigCheckpointDownload() {}

  public static void main(String[] arguments) {
    try (ApiClient api = ApiClient.builder().apiKey("tml-test").baseUrl(arguments[0]).build()) {
      CheckpointDownload.Result result =
          RestClients.of(api)
              .checkpoints()
              .download("tinker://r1/sampler_weights/big")
              .extractTo(Path.of(arguments[1]));
      System.out.println(result.bytes() + " " + result.resumed());
    }
  }
}
