package io.tinker4j.examples;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.training.QueueStateListener;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Hears why the server lets operations wait, and when it goes on. */
public final class QueueStateObserver {
  private QueueStateObserver() {}

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      run(server).forEach(System.out::println);
    }
  }

  static List<QueueStateListener.Change> run(EmbeddedTinkerServer server) {
    List<QueueStateListener.Change> changes = Collections.synchronizedList(new ArrayList<>());
    try (ServiceClient service =
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-example")
            .transport(server.transport())
            .queueStateListener(changes::add) // without one, pauses are logged
            .build()) {
      TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
      server.setFaults(
          FaultScript.of(
              Fault.on(RequestMatcher.operation("retrieve_future"))
                  .times(2)
                  .pauseQueue("paused_capacity", "no room for another model")));
      training.optimStep(AdamParams.builder().build()).join(); // waits; nothing fails
    }
    return changes;
  }
}
