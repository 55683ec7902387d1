package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the other small tokenizer of the tests, which is built like Gemma's: of characters, with
 * bytes for those that it does not have. It is run like {@link TokenizerTrainer}.
 */
public final class FallbackTrainer {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String SPACE = "\u2581";
  private static final int MERGES = 200;

  private FallbackTrainer() {}

  public static void main(String[] arguments) throws IOException {
    String text = Files.readString(Path.of(arguments[0]));
    ObjectNode vocabulary = MAPPER.createObjectNode();
    List.of("<pad>", "<eos>", "<bos>", "<unk>").forEach(each -> add(vocabulary, each));
    for (int i = 0; i < 256; i++) {
      add(vocabulary, String.format(Locale.ROOT, "<0x%02X>", i));
    }
    List.of(SPACE, "\n", "\n\n", SPACE + SPACE).forEach(each -> add(vocabulary, each));
    text.chars()
        .filter(FallbackTrainer::isKnown)
        .sorted()
        .forEach(each -> add(vocabulary, Character.toString(each)));
    ArrayNode merges = MAPPER.createArrayNode();
    merges.addArray().add("\n").add("\n");
    merges.addArray().add(SPACE).add(SPACE);
    for (TokenizerTrainer.Pair pair : TokenizerTrainer.merges(words(text), MERGES)) {
      merges.addArray().add(pair.left()).add(pair.right());
      add(vocabulary, pair.merged());
    }
    add(vocabulary, "<turn>");
    Files.writeString(
        Path.of(arguments[1]),
        MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tokenizer(vocabulary, merges))
            + "\n");
  }

  private static boolean isKnown(int character) {
    return character < 0x250 && character != ' ' && character != '\n';
  }

  private static void add(ObjectNode vocabulary, String text) {
    if (!vocabulary.has(text)) {
      vocabulary.put(text, vocabulary.size());
    }
  }

  private static Map<List<String>, Integer> words(String text) {
    Map<List<String>, Integer> words = new HashMap<>();
    for (String word : text.split("\\s+")) {
      if (word.chars().allMatch(FallbackTrainer::isKnown)) {
        List<String> symbols = new ArrayList<>(List.of((SPACE + word).split("")));
        words.merge(symbols, 1, Integer::sum);
      }
    }
    return words;
  }

  private static ObjectNode tokenizer(ObjectNode vocabulary, ArrayNode merges) {
    ObjectNode root = MAPPER.createObjectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (String text : List.of("<pad>", "<eos>", "<bos>", "<unk>", "\n\n", "<turn>")) {
      ObjectNode token = added.addObject().put("id", vocabulary.path(text).intValue());
      token.put("content", text).put("special", !text.equals("\n\n"));
      token.put("single_word", false).put("lstrip", false).put("rstrip", false);
      token.put("normalized", false);
    }
    replace(root.putObject("normalizer"), " ", SPACE);
    ObjectNode split = root.putObject("pre_tokenizer").put("type", "Split");
    split.putObject("pattern").put("String", " ");
    split.put("behavior", "MergedWithPrevious").put("invert", false);
    root.set("post_processor", template());
    ObjectNode decoder = root.putObject("decoder").put("type", "Sequence");
    ArrayNode steps = decoder.putArray("decoders");
    replace(steps.addObject(), SPACE, " ");
    steps.addObject().put("type", "ByteFallback");
    steps.addObject().put("type", "Fuse");
    ObjectNode model = root.putObject("model").put("type", "BPE").put("unk_token", "<unk>");
    model.putNull("dropout");
    model.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
    model.set("vocab", vocabulary);
    model.set("merges", merges);
    return root;
  }

  private static void replace(ObjectNode node, String old, String content) {
    node.put("type", "Replace").put("content", content);
    node.putObject("pattern").put("String", old);
  }

  private static ObjectNode template() {
    ObjectNode template = MAPPER.createObjectNode().put("type", "TemplateProcessing");
    ArrayNode single = template.putArray("single");
    single.addObject().putObject("SpecialToken").put("id", "<bos>").put("type_id", 0);
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    ArrayNode pair = template.putArray("pair");
    pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
    ObjectNode begin = template.putObject("special_tokens").putObject("<bos>").put("id", "<bos>");
    begin.putArray("ids").add(2);
    begin.putArray("tokens").add("<bos>");
    return template;
  }
}
