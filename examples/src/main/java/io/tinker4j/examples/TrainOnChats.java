package io.tinker4j.examples;

import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.data.ChatData;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** From a file of chats to an answer: renders, trains, resumes if it must, and asks the model. */
public final class TrainOnChats {
  private static final String MODEL = "tinker4j/tiny-bytes";

  private TrainOnChats() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.out.println(
        run(ServiceClient::create, Path.of("chats.jsonl"), Path.of("run"), "Who are you?"));
  }

  static String run(Supplier<ServiceClient> service, Path chats, Path journal, String question)
      throws IOException, InterruptedException {
    Tokenizer tokenizer = Tokenizers.bytes(); // of a real model: Tokenizers.of(client)
    Renderer renderer = Renderers.of("role_colon", tokenizer); // Renderers.recommended(model, …)
    RunResult result;
    try (ChatData data = ChatData.builder(renderer).file(chats).batchSize(4).epochs(30).open()) {
      result =
          ResumableTraining.supervised(data.batches(), LossFunction.CROSS_ENTROPY, step -> 0.02)
              .service(service)
              .baseModel(MODEL)
              .journal(journal)
              .build()
              .resumeOrStart();
    }
    try (ServiceClient client = service.get()) {
      return ask(
          client
              .createTrainingClientFromState(result.checkpointPath())
              .saveWeightsAndGetSamplingClient(),
          renderer,
          question);
    }
  }

  private static String ask(SamplingClient sampler, Renderer renderer, String question) {
    ModelInput prompt = renderer.generationPrompt(List.of(Message.user(question)));
    SamplingParams params =
        SamplingParams.builder().maxTokens(60).temperature(0).stop(renderer.stop()).build();
    int[] answer = sampler.sample(prompt, 1, params).join().sequences().get(0).toInts();
    return renderer.parseResponse(answer).message().text();
  }
}
