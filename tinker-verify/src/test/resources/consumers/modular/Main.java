package consumer.modular;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Trains against the embedded server with nothing but named modules. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    if (!Main.class.getModule().isNamed() || !ServiceClient.class.getModule().isNamed()) {
      throw new IllegalStateException("not on the module path");
    }
    Path run = Files.createTempDirectory(Path.of("."), "run").resolve("journal");
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-test")
                .build()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      var result = train(service, model, run);
      System.out.println("steps " + result.steps());
      System.out.println("sound " + JournalVerification.verify(run).isSound());
      SamplingClient sampler = service.createSamplingClient(model);
      SamplingParams params = SamplingParams.builder().maxTokens(5).temperature(0).build();
      var sample = sampler.sample(ModelInput.ofInts("the ".chars().toArray()), 1, params).join();
      System.out.println("tokens " + sample.sequences().get(0).toInts().length);
      System.out.println("own endpoint " + ownEndpoint(server).get("status"));
    }
  }

  private static RunResult train(ServiceClient service, String model, Path run) throws Exception {
    List<Datum> sentence = List.of(Datum.supervised("the quick brown fox".chars().toArray()));
    return ResumableTraining.supervised(
            Batches.of(List.of(sentence), 6), LossFunction.CROSS_ENTROPY, step -> 0.02)
        .sharedService(service)
        .baseModel(model)
        .journal(run)
        .build()
        .resumeOrStart();
  }

  /** An endpoint that the SDK need not know. */
  private static Map<String, ?> ownEndpoint(EmbeddedTinkerServer server) {
    Operation<NoContent, Map<String, ?>> health =
        Operation.get("health", "/api/v1/healthz", CallKind.REST, new Maps(), input -> Map.of());
    try (ApiClient api =
        ApiClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build()) {
      return api.call(health);
    }
  }

  private static final class Maps
      implements io.tinker4j.transport.operation.Codec<NoContent, Map<String, ?>> {
    @Override
    public Body encode(NoContent input) {
      return Body.of(new byte[0], "application/json");
    }

    @Override
    public Map<String, ?> decode(Answer answer) {
      return JsonCodec.readMap(answer.body());
    }
  }
}
