package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the small tokenizer of the tests: a byte-level encoding of a few hundred merges, trained on
 * a text beside it. Run it with the text and the file to write:
 *
 * <pre>{@code
 * java ... io.tinker4j.text.tokenizer.TokenizerTrainer training-text.txt small/tokenizer.json
 * }</pre>
 */
public final class TokenizerTrainer {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int MERGES = 400;
  private static final List<String> SPECIAL =
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>");
  private static final List<String> ADDED =
      List.of("<think>", "</think>", "<tool_call>", "</tool_call>");

  record Pair(String left, String right) {
    String merged() {
      return left + right;
    }
  }

  private TokenizerTrainer() {}

  public static void main(String[] arguments) throws IOException {
    String text = Files.readString(Path.of(arguments[0]));
    ObjectNode tokenizer = tokenizer(merges(words(text), MERGES));
    Files.writeString(
        Path.of(arguments[1]),
        MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tokenizer) + "\n");
  }

  /** Counts the words of a text, each as the symbols it is made of. */
  private static Map<List<String>, Integer> words(String text) {
    Map<List<String>, Integer> words = new HashMap<>();
    char[] chars = text.toCharArray();
    SplitPatterns.isolated(SplitPatterns.QWEN)
        .split(
            chars,
            0,
            chars.length,
            (same, start, end) -> {
              String word = new String(same, start, end - start);
              String spelled = ByteAlphabet.text(word.getBytes(StandardCharsets.UTF_8));
              words.merge(List.of(spelled.split("")), 1, Integer::sum);
            });
    return words;
  }

  static List<Pair> merges(Map<List<String>, Integer> words, int most) {
    List<Pair> merges = new ArrayList<>();
    Map<List<String>, Integer> current = words;
    while (merges.size() < most) {
      Pair best = mostFrequent(current);
      merges.add(best);
      Map<List<String>, Integer> merged = new HashMap<>();
      current.forEach((word, count) -> merged.merge(merge(word, best), count, Integer::sum));
      current = merged;
    }
    return merges;
  }

  private static Pair mostFrequent(Map<List<String>, Integer> words) {
    Map<Pair, Integer> counts = new HashMap<>();
    words.forEach((word, count) -> {
      for (int i = 0; i + 1 < word.size(); i++) {
        counts.merge(new Pair(word.get(i), word.get(i + 1)), count, Integer::sum);
      }
    });
    return counts.entrySet().stream()
        .max(
            Map.Entry.<Pair, Integer>comparingByValue()
                .thenComparing(
                    entry -> entry.getKey().left() + " " + entry.getKey().right(),
                    Comparator.reverseOrder()))
        .orElseThrow()
        .getKey();
  }

  private static List<String> merge(List<String> word, Pair pair) {
    List<String> merged = new ArrayList<>();
    for (int i = 0; i < word.size(); i++) {
      boolean isPair =
          i + 1 < word.size()
              && word.get(i).equals(pair.left())
              && word.get(i + 1).equals(pair.right());
      merged.add(isPair ? pair.merged() : word.get(i));
      i += isPair ? 1 : 0;
    }
    return merged;
  }

  private static ObjectNode tokenizer(List<Pair> merges) {
    ObjectNode vocabulary = MAPPER.createObjectNode();
    for (int i = 0; i < 256; i++) {
      vocabulary.put(String.valueOf(ByteAlphabet.character(i)), i);
    }
    ArrayNode pairs = MAPPER.createArrayNode();
    for (Pair pair : merges) {
      if (!vocabulary.has(pair.merged())) {
        vocabulary.put(pair.merged(), vocabulary.size());
      }
      pairs.addArray().add(pair.left()).add(pair.right());
    }
    ObjectNode root = MAPPER.createObjectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    SPECIAL.forEach(text -> addToken(added, text, true, vocabulary.size() + added.size()));
    ADDED.forEach(text -> addToken(added, text, false, vocabulary.size() + added.size()));
    root.putObject("normalizer").put("type", "NFC");
    ObjectNode split = root.putObject("pre_tokenizer").put("type", "Sequence");
    ArrayNode steps = split.putArray("pretokenizers");
    ObjectNode first = steps.addObject().put("type", "Split");
    first.putObject("pattern").put("Regex", SplitPatterns.QWEN);
    first.put("behavior", "Isolated").put("invert", false);
    byteLevel(steps.addObject());
    byteLevel(root.putObject("post_processor"));
    byteLevel(root.putObject("decoder"));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    model.set("vocab", vocabulary);
    model.set("merges", pairs);
    return root;
  }

  private static void addToken(ArrayNode added, String text, boolean special, int id) {
    ObjectNode token = added.addObject().put("id", id).put("content", text);
    token.put("single_word", false).put("lstrip", false).put("rstrip", false);
    token.put("normalized", false).put("special", special);
  }

  private static void byteLevel(ObjectNode node) {
    node.put("type", "ByteLevel").put("add_prefix_space", false);
    node.put("trim_offsets", false).put("use_regex", false);
  }
}
