package io.tinker4j.examples;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Reads samples as they finish and stops at the first one that is good enough. */
public final class StreamingSampling {
  private StreamingSampling() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      System.out.println(run(service.createSamplingClient(model)).size() + " samples read");
    }
  }

  static List<SampledSequence> run(SamplingClient sampler) {
    ModelInput prompt = ModelInput.ofInts("the ".chars().toArray());
    SamplingParams params = SamplingParams.builder().maxTokens(8).seed(1).build();

    List<SampledSequence> read = new ArrayList<>();
    try (Stream<SampledSequence> samples = sampler.sampleStream(prompt, 16, params)) {
      Iterator<SampledSequence> each = samples.iterator();
      do {
        read.add(each.next()); // blocks until the next one is finished
      } while (each.hasNext() && read.size() < 4);
    } // closing the stream cancels the samples that are not finished
    return read;
  }
}
