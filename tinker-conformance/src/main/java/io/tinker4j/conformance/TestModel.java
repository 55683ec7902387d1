package io.tinker4j.conformance;

import io.tinker4j.types.proto.ForwardBackwardOutput;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model on the server under test, and the number of its next operation. */
final class TestModel {
  private final Probe probe;
  private final String id;
  private int last;

  TestModel(Probe probe, String id) {
    this.probe = probe;
    this.id = id;
  }

  String id() {
    return id;
  }

  int next() {
    last++;
    return last;
  }

  int last() {
    return last;
  }

  Map<String, @Nullable Object> optimStep() {
    return Bodies.optimStep(id, next());
  }

  ForwardBackwardRequest.Builder pass() {
    return Bodies.pass(id, next());
  }

  /** A pass in binary form, its result in binary form. */
  ForwardBackwardOutput run(ForwardBackwardRequest.Builder pass)
      throws IOException, InterruptedException {
    return output(submit(pass));
  }

  String submit(ForwardBackwardRequest.Builder pass) throws IOException, InterruptedException {
    return probe.postBinary(pass.build().toByteArray()).ok().text("request_id");
  }

  ForwardBackwardOutput output(String requestId) throws IOException, InterruptedException {
    Reply reply = probe.await(requestId, Probe.PROTOBUF).is(200);
    if (!reply.isBinary()) {
      throw reply.unexpected("a binary result");
    }
    return ForwardBackwardOutput.parseFrom(reply.body());
  }

  /** One step of training. */
  void train() throws IOException, InterruptedException {
    String pass = submit(pass());
    String step = probe.submit("optim_step", optimStep());
    ForwardBackwardOutput unused = output(pass);
    Reply.Fields done = probe.await(step, Probe.JSON).ok();
    done.expect(!done.has("error"), "success of optim_step");
  }

  Map<String, @Nullable Object> save(String name) {
    return Bodies.save(id, next(), name);
  }
}
