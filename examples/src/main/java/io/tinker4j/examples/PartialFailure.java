package io.tinker4j.examples;

import io.tinker4j.training.PartialPassException;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;

/** A large pass of which a part fails: what is in the gradient stays, the rest is called again. */
public final class PartialFailure {
  private PartialFailure() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      System.out.println(run(service.createLoraTrainingClient(model)));
    }
  }

  /** Returns the parts that were called again. */
  static List<PartialPassException.Range> run(TrainingClient training) {
    List<Datum> data = new ArrayList<>(Collections.nCopies(1024, Datum.supervised(1, 2, 3)));
    data.add(Datum.supervised(1, 999_999_999)); // no token of any vocabulary, in a second request
    List<PartialPassException.Range> again = new ArrayList<>();

    try {
      training.forwardBackward(data, LossFunction.CROSS_ENTROPY).join();
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof PartialPassException partial) || partial.isStepTakenIn()) {
        throw e;
      }
      again.addAll(partial.missing());
    }
    for (PartialPassException.Range range : again) {
      List<Datum> corrected = corrected(data.subList(range.from(), range.to()));
      training.forwardBackward(corrected, LossFunction.CROSS_ENTROPY).join();
    }
    training.optimStep(AdamParams.builder().build()).join();
    return again;
  }

  private static List<Datum> corrected(List<Datum> data) {
    return Collections.nCopies(data.size(), Datum.supervised(1, 2, 3));
  }
}
