package io.tinker4j.transport.operation;

import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An input of which those properties that the path does not name are the JSON body, if any are. */
final class ResourceCodec<I, O> implements Codec<I, O> {
  private static final Pattern NAME = Pattern.compile("\\{(\\w+)}");

  private final Set<String> inPath;
  private final Codec<I, O> answers;

  ResourceCodec(String path, Codec<I, O> answers) {
    this.inPath =
        NAME.matcher(path)
            .results()
            .map((MatchResult place) -> place.group(1))
            .collect(Collectors.toSet());
    this.answers = answers;
  }

  @Override
  public Body encode(I input) {
    Map<String, @Nullable Object> body = JsonCodec.toMap(input);
    body.keySet().removeAll(inPath);
    return Body.of(body.isEmpty() ? new byte[0] : JsonCodec.write(body), "application/json");
  }

  @Override
  public O decode(Answer answer) {
    return answers.decode(answer);
  }

  @Override
  public boolean accepts(Answer answer) {
    return answers.accepts(answer);
  }
}
