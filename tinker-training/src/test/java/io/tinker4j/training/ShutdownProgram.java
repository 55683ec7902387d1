package io.tinker4j.training;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Opens a session and waits for ever; run in a JVM that is told to end. */
final class ShutdownProgram {
  private ShutdownProgram() {}

  public static void main(String[] arguments) throws InterruptedException {
    ServiceClient service =
        ServiceClient.builder()
            .apiKey("tml-test")
            .baseUrl(arguments[0])
            .closeOnShutdown(Duration.ofSeconds(20))
            .build();
    TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
    System.out.println("open " + training.modelId());
    new CountDownLatch(1).await();
  }
}
