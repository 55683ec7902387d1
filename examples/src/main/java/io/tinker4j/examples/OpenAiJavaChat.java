package io.tinker4j.examples;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.tinker4j.training.OpenAiCompatible;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.TinkerPath;

/** Chats with a tuned model through OpenAI's client, at once and as a stream. */
public final class OpenAiJavaChat {
  private OpenAiJavaChat() {}

  /** Takes the checkpoint to chat with; server and key are TINKER_BASE_URL and TINKER_API_KEY. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      TinkerPath path = TinkerPath.parse(args[0]);
      System.out.println(run(service, System.getenv("TINKER_API_KEY"), path, "Hello!"));
    }
  }

  static String run(ServiceClient service, String apiKey, TinkerPath path, String question) {
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(OpenAiCompatible.baseUrl(service).toString())
            .apiKey(apiKey)
            .build();
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder()
            .model(OpenAiCompatible.modelName(path))
            .addUserMessage(question)
            .maxCompletionTokens(32)
            .temperature(0)
            .build();

    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(params)) {
      chunks.stream()
          .flatMap(chunk -> chunk.choices().stream())
          .flatMap(choice -> choice.delta().content().stream())
          .forEach(System.out::print); // piece by piece
      return client
          .chat()
          .completions()
          .create(params) // the same at once
          .choices()
          .get(0)
          .message()
          .content()
          .orElse("");
    } finally {
      client.close();
    }
  }
}
