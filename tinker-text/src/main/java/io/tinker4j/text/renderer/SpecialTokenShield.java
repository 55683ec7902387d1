package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Hides control tokens in what messages say from a template, whose output does not tell who has
 * written what. The first character of such a token is put in the private use area; behind the
 * template it is put back, and known to be text.
 */
final class SpecialTokenShield {
  // Private use characters of a plane that no font and no tokenizer has a use for.
  private static final int COVER = 0x10f000;
  private static final Pattern COVERED = Pattern.compile("[\\x{10f000}-\\x{10f0ff}]");
  private static final Pattern NOTHING = Pattern.compile("(?!)");

  // What the assistant may write itself.
  private static final List<String> OWN_MARKS =
      List.of(Blocks.THINK_OPEN, Blocks.THINK_CLOSE, Blocks.TOOL_OPEN, Blocks.TOOL_CLOSE);

  private final Pattern all;
  private final Pattern notOwn;

  SpecialTokenShield(Collection<String> tokens) {
    List<String> covered =
        tokens.stream().filter(token -> !token.isEmpty() && token.charAt(0) < 0x100).toList();
    this.all = anyOf(covered);
    this.notOwn = anyOf(covered.stream().filter(token -> !OWN_MARKS.contains(token)).toList());
  }

  private static Pattern anyOf(List<String> tokens) {
    return tokens.isEmpty()
        ? NOTHING
        : Pattern.compile(
            tokens.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
  }

  Message cover(Message message) {
    Message.Builder covered = message.toBuilder();
    Pattern pattern = message.role().equals("assistant") ? notOwn : all;
    if (!message.hasParts()) {
      covered.text(cover(message.text(), pattern));
    } else {
      List<ContentPart> parts = new ArrayList<>(message.parts().size());
      for (ContentPart part : message.parts()) {
        parts.add(
            switch (part) {
              case ContentPart.Text text -> new ContentPart.Text(cover(text.text(), pattern));
              case ContentPart.Thinking thinking ->
                  new ContentPart.Thinking(cover(thinking.thinking(), all));
              case ContentPart.Image image -> image;
              case ContentPart.Unrecognized other -> other;
            });
      }
      covered.parts(parts);
    }
    if (message.toolCallList().isPresent()) {
      covered.toolCalls(message.toolCalls().stream().map(this::cover).toList());
    }
    return covered.build();
  }

  /** Covers all texts in a JSON value; those of tools are nobody's own marks. */
  @Nullable Object coverJson(@Nullable Object value) {
    return switch (value) {
      case String text -> cover(text, all);
      case List<?> list -> {
        List<@Nullable Object> covered = new ArrayList<>(list.size());
        list.forEach(each -> covered.add(coverJson(each)));
        yield covered;
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> covered = new LinkedHashMap<>();
        map.forEach((key, each) -> covered.put(cover(String.valueOf(key), all), coverJson(each)));
        yield covered;
      }
      case null, default -> value;
    };
  }

  private ToolCall cover(ToolCall call) {
    ToolCall covered = ToolCall.of(cover(call.name(), all), cover(call.arguments(), all));
    return call.id().map(covered::withId).orElse(covered);
  }

  private static String cover(String text, Pattern pattern) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      return text;
    }
    return matcher.replaceAll(found ->
        Matcher.quoteReplacement(
            new StringBuilder()
                .appendCodePoint(COVER + found.group().charAt(0))
                .append(found.group(), 1, found.group().length())
                .toString()));
  }

  Markup uncover(String text) {
    Markup markup = new Markup();
    Matcher matcher = COVERED.matcher(text);
    int done = 0;
    while (matcher.find()) {
      markup
          .fixed(text.substring(done, matcher.start()))
          .text(Character.toString((char) (text.codePointAt(matcher.start()) - COVER)));
      done = matcher.end();
    }
    return markup.fixed(text.substring(done));
  }
}
