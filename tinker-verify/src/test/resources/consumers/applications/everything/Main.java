package consumer;

import io.tinker4j.conformance.ConformanceSuite;
import io.tinker4j.health.HealthEndpoint;
import io.tinker4j.mlflow.MlflowTracker;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Uses each of the published modules. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Path journal = Files.createTempDirectory(Path.of("."), "run").resolve("journal");
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-test")
                .build();
        HealthEndpoint health = HealthEndpoint.start(service, 0)) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      List<Datum> sentence = List.of(Datum.supervised("the quick brown fox".chars().toArray()));
      var result =
          ResumableTraining.supervised(
                  Batches.of(List.of(sentence), 3), LossFunction.CROSS_ENTROPY, step -> 0.02)
              .sharedService(service)
              .baseModel(model)
              .journal(journal)
              .build()
              .resumeOrStart();
      System.out.println("steps " + result.steps());
      System.out.println("sound " + JournalVerification.verify(journal).isSound());
      System.out.println("health " + health.address().getAddress().isLoopbackAddress());
    }
    System.out.println("cases " + !ConformanceSuite.cases().isEmpty());
    System.out.println("tracker " + MlflowTracker.class.getSimpleName());
  }
}
