package io.tinker4j.examples;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.util.List;

/** Trains through a storm of 429s, lost requests and lost answers; each step happens once. */
public final class ChaosDemo {
  private ChaosDemo() {}

  /** What the server carried out, and how many requests that took. */
  record Outcome(List<ExecutedOperation> ledger, int requests) {}

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      Outcome outcome = run(server, 10);
      System.out.println(outcome.requests() + " requests, " + outcome.ledger());
    }
  }

  static Outcome run(EmbeddedTinkerServer server, int steps) {
    try (ServiceClient service =
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-example")
            .transport(server.transport())
            .build()) {
      TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
      server.setFaults(
          FaultScript.of(
              Fault.on(RequestMatcher.operation("forward_backward")).times(2).answer(429),
              Fault.on(RequestMatcher.operation("optim_step")).nth(2).executeThenDropAnswer(),
              Fault.on(RequestMatcher.operation("optim_step")).nth(4).dropBeforeExecution(),
              Fault.on(RequestMatcher.operation("optim_step")).nth(7).duplicate()));
      List<Datum> batch = List.of(Datum.supervised("keep calm".chars().toArray()));
      for (int step = 0; step < steps; step++) {
        var pass = training.forwardBackward(batch, LossFunction.CROSS_ENTROPY);
        training.optimStep(AdamParams.builder().learningRate(0.01).build()).join();
        pass.join();
      }
      int requests =
          (int)
              server.requests().stream()
                  .filter(each -> each.operation().equals("optim_step"))
                  .count();
      return new Outcome(server.ledger(training.modelId()), requests);
    }
  }
}
