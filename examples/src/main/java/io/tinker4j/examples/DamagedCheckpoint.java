package io.tinker4j.examples;

import io.tinker4j.recovery.validation.CheckpointValidator;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.training.ServiceClient;
import java.util.Optional;
import java.util.OptionalInt;

/** Validates a checkpoint before it is trusted: the archive of this one is cut short. */
public final class DamagedCheckpoint {
  private static final String MODEL = "tinker4j/nano-bytes";

  private DamagedCheckpoint() {}

  /** What is wrong with the checkpoint before and after its archive is damaged. */
  record Findings(
      Optional<CheckpointValidator.Finding> before, Optional<CheckpointValidator.Finding> after) {}

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      System.out.println(run(server));
    }
  }

  static Findings run(EmbeddedTinkerServer server) {
    try (ServiceClient service =
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-example")
            .transport(server.transport())
            .build()) {
      String path = service.createLoraTrainingClient(MODEL).saveState("whole").join().path();
      CheckpointValidator validator = CheckpointValidator.of(service);
      var expected = new CheckpointValidator.Expectations(MODEL, OptionalInt.of(32));
      var before = validator.validate(path, CheckpointValidator.Level.ARCHIVE, expected);

      server.setFaults(
          FaultScript.of(Fault.on(RequestMatcher.operation("downloads/*")).truncateBody()));
      var after = validator.validate(path, CheckpointValidator.Level.ARCHIVE, expected);
      return new Findings(before, after);
    }
  }
}
