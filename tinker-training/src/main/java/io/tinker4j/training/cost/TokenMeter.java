package io.tinker4j.training.cost;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Counts the tokens that clients use, by kind, training run and model. Given to {@link
 * io.tinker4j.training.ServiceClient.Builder#tokenMeter}, to one service client or to several.
 *
 * <ul>
 *   <li>{@link TokenKind#TRAIN}: the model inputs of {@code forwardBackward} and of the backward
 *       pass of a custom loss.
 *   <li>{@link TokenKind#PREFILL}: the prompt of each sample request, once, however many samples it
 *       asks for; and the model inputs of {@code forward}, and of the forward pass of a custom
 *       loss. What the server then says that it has found in its cache is {@link
 *       TokenKind#CACHED_PREFILL} instead.
 *   <li>{@link TokenKind#SAMPLE}: the tokens of all sequences of an answer.
 * </ul>
 *
 * <p>Passes and prompts count when the server has accepted the request, which may be split into
 * several; also when it fails them later, and when nobody waits for them any more. Requests that
 * are repeated under the same number count once, as the server carries them out once. Generated
 * tokens count when their answer is read: those of answers that are never read are missing.
 *
 * <p>How the service bills is its own affair: its reports know training, prefill of samples and
 * samples, and do not say what a forward pass is. Compare with {@code BillingClient.usage}.
 *
 * <p>Thread-safe; what the methods return does not change.
 */
public final class TokenMeter {
  /** The model of runs whose base model is not known here. */
  public static final String UNKNOWN_MODEL = "unknown";

  private final ReentrantLock lock = new ReentrantLock(); // guards: usages, models
  private final Map<String, TokenUsage> usages = new TreeMap<>();
  private final Map<String, String> models = new TreeMap<>();

  private TokenMeter() {}

  /** Returns a meter that has counted nothing. */
  public static TokenMeter create() {
    return new TokenMeter();
  }

  /**
   * Counts tokens.
   *
   * @param run the training run, or the base model when that is sampled from
   * @throws IllegalArgumentException when there are fewer than none
   */
  public void add(String run, TokenKind kind, long tokens) {
    TokenUsage more = TokenUsage.of(kind, tokens);
    change(run, usage -> usage.plus(more));
  }

  /** Counts an input whose length only the server knows. */
  public void addUnmeasured(String run) {
    change(run, usage -> usage.plus(TokenUsage.ofUnmeasured()));
  }

  /** Counts tokens of prompts as cached that were counted as prefill before. */
  public void markCached(String run, long tokens) {
    change(run, usage -> usage.withCached(tokens));
  }

  private void change(String run, UnaryOperator<TokenUsage> change) {
    Objects.requireNonNull(run, "run");
    lock.lock();
    try {
      usages.put(run, change.apply(usages.getOrDefault(run, TokenUsage.NONE)));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Says which base model a run has. Clients say it of models that they create; of samplers and
   * attached models of other processes they do not know it.
   */
  public void identify(String run, String baseModel) {
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(baseModel, "baseModel");
    lock.lock();
    try {
      models.put(run, baseModel);
    } finally {
      lock.unlock();
    }
  }

  /** Returns what was counted in all. */
  public TokenUsage total() {
    return byRun().values().stream().reduce(TokenUsage.NONE, TokenUsage::plus);
  }

  /** Returns what was counted by training run; base models that are sampled from are by name. */
  public Map<String, TokenUsage> byRun() {
    lock.lock();
    try {
      return Collections.unmodifiableMap(new TreeMap<>(usages));
    } finally {
      lock.unlock();
    }
  }

  /** Returns what was counted by base model, with {@value #UNKNOWN_MODEL} for the others. */
  public Map<String, TokenUsage> byModel() {
    lock.lock();
    try {
      Map<String, TokenUsage> byModel = new TreeMap<>();
      usages.forEach((run, usage) ->
          byModel.merge(models.getOrDefault(run, UNKNOWN_MODEL), usage, TokenUsage::plus));
      return Collections.unmodifiableMap(byModel);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "TokenMeter" + byModel();
  }
}
