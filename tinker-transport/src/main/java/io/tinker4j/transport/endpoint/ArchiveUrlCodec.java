package io.tinker4j.transport.endpoint;

import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.Codec;
import io.tinker4j.types.CheckpointArchiveUrlResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/**
 * Where an archive is: in a redirect, which is not followed because its target must not see the
 * credentials, or in a JSON body. A redirect that does not say when it expires is taken to be good
 * for 15 minutes.
 */
final class ArchiveUrlCodec<I> implements Codec<I, CheckpointArchiveUrlResponse> {
  private static final Duration DEFAULT_LIFE = Duration.ofMinutes(15);

  private final Codec<I, CheckpointArchiveUrlResponse> json;
  private final Time time;

  ArchiveUrlCodec(Codec<I, CheckpointArchiveUrlResponse> json, Time time) {
    this.json = json;
    this.time = time;
  }

  @Override
  public Body encode(I input) {
    return json.encode(input);
  }

  @Override
  public boolean accepts(Answer answer) {
    return json.accepts(answer) || isRedirect(answer);
  }

  private static boolean isRedirect(Answer answer) {
    return answer.status() == 302 && answer.headers().first("location").isPresent();
  }

  @Override
  public CheckpointArchiveUrlResponse decode(Answer answer) {
    if (!isRedirect(answer)) {
      return json.decode(answer);
    }
    return CheckpointArchiveUrlResponse.builder()
        .url(answer.headers().first("location").orElseThrow())
        .expires(expires(answer.headers().first("expires").orElse("")))
        .build();
  }

  private Instant expires(String date) {
    try {
      return DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.strip(), Instant::from);
    } catch (DateTimeException e) {
      return time.now().plus(DEFAULT_LIFE);
    }
  }
}
