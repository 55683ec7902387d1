package io.tinker4j.examples;

import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.download.CheckpointDownload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Downloads a checkpoint with progress, checks it, and lists what is in it. */
public final class DownloadCheckpoint {
  private DownloadCheckpoint() {}

  /** What was downloaded. */
  record Downloaded(CheckpointDownload.Result archive, long lastProgress, List<String> files) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws IOException {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      String path = service.createLoraTrainingClient(model).saveState("mine").join().path();
      System.out.println(run(service.createRestClient(), path, Path.of(".")));
    }
  }

  static Downloaded run(RestClient rest, String path, Path directory) throws IOException {
    AtomicLong received = new AtomicLong();
    CheckpointDownload.Result archive = // goes on where it was cut off
        rest.checkpoints()
            .download(path)
            .progress((bytes, total) -> received.set(bytes))
            .saveTo(directory.resolve("adapter.tar"));
    Path extracted = directory.resolve("adapter");
    rest.checkpoints()
        .download(path)
        .expectedSha256(archive.sha256()) // fails, and leaves nothing behind, when it differs
        .extractTo(extracted);
    try (Stream<Path> files = Files.list(extracted)) {
      return new Downloaded(
          archive, received.get(), files.map(each -> each.getFileName().toString()).toList());
    }
  }
}
