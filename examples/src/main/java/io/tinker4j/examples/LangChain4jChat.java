package io.tinker4j.examples;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import io.tinker4j.training.OpenAiCompatible;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.TinkerPath;
import java.util.concurrent.CompletableFuture;

/** Puts a tuned model into an application of LangChain4j, at once and as a stream. */
public final class LangChain4jChat {
  private LangChain4jChat() {}

  /** Takes the checkpoint to chat with; server and key are TINKER_BASE_URL and TINKER_API_KEY. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      TinkerPath path = TinkerPath.parse(args[0]);
      System.out.println(run(service, System.getenv("TINKER_API_KEY"), path, "Hello!"));
    }
  }

  static String run(ServiceClient service, String apiKey, TinkerPath path, String question) {
    ChatModel model =
        OpenAiChatModel.builder()
            .baseUrl(OpenAiCompatible.baseUrl(service).toString())
            .apiKey(apiKey)
            .modelName(OpenAiCompatible.modelName(path))
            .maxTokens(32)
            .temperature(0.0)
            .build();
    return model.chat(question);
  }

  static String stream(ServiceClient service, String apiKey, TinkerPath path, String question) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    OpenAiStreamingChatModel.builder()
        .baseUrl(OpenAiCompatible.baseUrl(service).toString())
        .apiKey(apiKey)
        .modelName(OpenAiCompatible.modelName(path))
        .maxTokens(32)
        .temperature(0.0)
        .build()
        .chat(
            question,
            new StreamingChatResponseHandler() {
              @Override
              public void onPartialResponse(String piece) {
                System.out.print(piece);
              }

              @Override
              public void onCompleteResponse(ChatResponse response) {
                answer.complete(response.aiMessage().text());
              }

              @Override
              public void onError(Throwable error) {
                answer.completeExceptionally(error);
              }
            });
    return answer.join();
  }
}
