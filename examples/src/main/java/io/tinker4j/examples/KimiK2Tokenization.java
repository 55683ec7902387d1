package io.tinker4j.examples;

import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.TokenizerFinder;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Samples from Kimi K2, whose tokenizer is a rank file of tiktoken; here a small one is made. */
public final class KimiK2Tokenization {
  private static final String MODEL = "moonshotai/Kimi-K2-Thinking";

  private KimiK2Tokenization() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws IOException {
    try (ServiceClient service = ServiceClient.create()) {
      System.out.println(run(service, Files.createTempDirectory("tokenizers")));
    }
  }

  static String run(ServiceClient service, Path directory) throws IOException {
    if (service.getServerCapabilities().supportedModels().stream()
        .noneMatch(each -> each.modelName().filter(MODEL::equals).isPresent())) {
      return "the server does not offer " + MODEL;
    }
    writeRanks(Files.createDirectories(directory.resolve(MODEL)));
    SamplingClient sampler = service.createSamplingClient(MODEL);
    Tokenizer tokenizer =
        TokenizerFinder.builder().directory(directory).build().find(sampler.tokenizerId());
    int[] prompt = tokenizer.encode("singing in the rain"); // 15 tokens of 19 bytes
    SamplingParams params = SamplingParams.builder().maxTokens(8).seed(7).build();
    int[] sampled =
        sampler.sample(ModelInput.ofInts(prompt), 1, params).join().sequences().get(0).toInts();
    return "%d tokens: %s%s"
        .formatted(prompt.length, tokenizer.decode(prompt), tokenizer.decode(sampled));
  }

  /** A line per token: its bytes in Base64, and its rank; all bytes, and one pair of them. */
  private static void writeRanks(Path directory) throws IOException {
    StringBuilder ranks = new StringBuilder();
    for (int i = 0; i < 256; i++) {
      ranks.append(base64((byte) i)).append(' ').append(i).append('\n');
    }
    ranks.append(base64((byte) 'i', (byte) 'n')).append(" 256\n");
    Files.writeString(directory.resolve("tiktoken.model"), ranks);
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        """
        {"auto_map": {"AutoTokenizer": ["tokenization_kimi.TikTokenTokenizer", null]}}
        """);
  }

  private static String base64(byte... bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
