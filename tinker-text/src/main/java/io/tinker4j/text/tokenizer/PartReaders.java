package io.tinker4j.text.tokenizer;

import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;

/** Reads the smaller parts of a tokenizer file. */
final class PartReaders {
  private PartReaders() {}

  /** Reads {@code normalizer}. */
  static Normalizer normalizer(JsonPart part) {
    if (part.isAbsent()) {
      return Normalizer.NONE;
    }
    return switch (part.type()) {
      case "Sequence" -> {
        List<Normalizer> steps =
            part.elements("normalizers").stream().map(PartReaders::normalizer).toList();
        yield text -> {
          NormalText changed = text;
          for (Normalizer each : steps) {
            changed = changed.normalized(each);
          }
          return changed;
        };
      }
      case "NFC" -> Normalizers.unicode(Form.NFC);
      case "NFD" -> Normalizers.unicode(Form.NFD);
      case "NFKC" -> Normalizers.unicode(Form.NFKC);
      case "NFKD" -> Normalizers.unicode(Form.NFKD);
      case "Lowercase" -> Normalizers.lowerCase();
      case "Prepend" -> Normalizers.prepend(part.text("prepend"));
      case "Strip" ->
          Normalizers.strip(part.flag("strip_left", true), part.flag("strip_right", true));
      case "Replace" -> replace(part);
      default -> throw part.unsupported("the normalizer " + part.type());
    };
  }

  private static Normalizer replace(JsonPart part) {
    JsonPart pattern = part.at("pattern");
    String content = part.text("content");
    if (pattern.node().has("String")) {
      String old = pattern.text("String");
      return old.length() == 1 && content.length() == 1
          ? Normalizers.replace(old.charAt(0), content.charAt(0))
          : Normalizers.replace(Pattern.compile(old, Pattern.LITERAL), content);
    }
    try {
      return Normalizers.replace(SplitPatterns.regex(pattern.text("Regex")), content);
    } catch (PatternSyntaxException e) {
      throw new UnsupportedTokenizerException(
          pattern.where() + ": Java does not know the pattern: " + e.getMessage(), e);
    }
  }

  /** Reads {@code decoder}. */
  static List<DecodeStage.Factory> decoder(JsonPart part) {
    if (part.isAbsent()) {
      return List.of(DecodeStage.Spaced::new);
    }
    List<DecodeStage.Factory> stages = new ArrayList<>();
    addStages(part, stages, false);
    return stages;
  }

  /** Adds the steps of a decoder; returns whether tokens are joined behind them. */
  private static boolean addStages(
      JsonPart part, List<DecodeStage.Factory> stages, boolean joined) {
    switch (part.type()) {
      case "Sequence" -> {
        boolean areJoined = joined;
        for (JsonPart each : part.elements("decoders")) {
          areJoined = addStages(each, stages, areJoined);
        }
        return areJoined;
      }
      case "Fuse" -> {
        return true;
      }
      case "ByteLevel" -> {
        stages.add(DecodeStage.ByteLevel::new);
        return true;
      }
      case "ByteFallback" -> stages.add(DecodeStage.ByteFallback::new);
      case "Replace" -> {
        JsonPart pattern = part.at("pattern");
        if (!pattern.node().has("String") || (joined && pattern.text("String").length() > 1)) {
          throw part.unsupported("this Replace");
        }
        stages.add(
            next -> new DecodeStage.Replace(next, pattern.text("String"), part.text("content")));
      }
      case "Strip" -> stages.add(strip(part, joined));
      case "Metaspace" -> stages.add(metaspace(part, joined));
      default -> throw part.unsupported("the decoder " + part.type());
    }
    return joined;
  }

  private static DecodeStage.Factory strip(JsonPart part, boolean joined) {
    String content = part.text("content");
    int start = part.number("start");
    if (content.length() != 1 || part.number("stop") != 0) {
      throw part.unsupported("a Strip at the end");
    }
    return next -> new DecodeStage.StripStart(next, content.charAt(0), start, joined);
  }

  private static DecodeStage.Factory metaspace(JsonPart part, boolean joined) {
    String meta = part.text("replacement");
    if (meta.length() != 1 || joined) {
      throw part.unsupported("this Metaspace");
    }
    boolean dropsFirst = !PreTokenizerReader.prependScheme(part).equals("never");
    return next -> new DecodeStage.Metaspace(next, meta.charAt(0), dropsFirst);
  }

  /** Reads {@code post_processor}. */
  static SequenceFrame frame(JsonPart part) {
    if (part.isAbsent()) {
      return SequenceFrame.NONE;
    }
    return switch (part.type()) {
      case "ByteLevel" -> SequenceFrame.NONE;
      case "TemplateProcessing" -> template(part);
      case "BertProcessing", "RobertaProcessing" ->
          new SequenceFrame(
              new int[] {part.node().path("cls").path(1).asInt()},
              new int[] {part.node().path("sep").path(1).asInt()});
      case "Sequence" -> {
        SequenceFrame frame = SequenceFrame.NONE;
        for (JsonPart each : part.elements("processors")) {
          frame = frame(each).outside(frame);
        }
        yield frame;
      }
      default -> throw part.unsupported("the post-processor " + part.type());
    };
  }

  private static SequenceFrame template(JsonPart part) {
    IntList before = new IntList(4);
    IntList behind = new IntList(4);
    int texts = 0;
    for (JsonPart each : part.elements("single")) {
      if (each.node().has("Sequence")) {
        texts++;
        continue;
      }
      String name = each.at("SpecialToken").text("id");
      for (JsonNode id : part.node().path("special_tokens").path(name).path("ids")) {
        (texts == 0 ? before : behind).add(id.asInt());
      }
    }
    if (texts != 1) {
      throw part.unsupported("a template with the text " + texts + " times");
    }
    return new SequenceFrame(before.toArray(), behind.toArray());
  }
}
