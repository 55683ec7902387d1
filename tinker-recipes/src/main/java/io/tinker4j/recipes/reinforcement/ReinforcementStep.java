package io.tinker4j.recipes.reinforcement;

import io.tinker4j.recipes.rl.AdvantageTerm;
import io.tinker4j.recipes.rl.MaskedDro;
import io.tinker4j.recipes.rl.TrajectoryData;
import io.tinker4j.recipes.rl.TrajectoryDatum;
import io.tinker4j.recipes.rl.TrajectoryGroup;
import io.tinker4j.recipes.rollout.EnvironmentGroup;
import io.tinker4j.recipes.rollout.RolloutException;
import io.tinker4j.recovery.TrainingStep;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.Time;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.OptimStepResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A step of reinforcement learning. Used by one thread, but for {@link #close}. */
final class ReinforcementStep<P> implements TrainingStep<ReadAhead.Window<P>>, AutoCloseable {
  private final ReinforcementLearning settings;
  private final Function<? super P, ? extends EnvironmentGroup> environments;
  private volatile @Nullable Model model;

  ReinforcementStep(
      ReinforcementLearning settings,
      Function<? super P, ? extends EnvironmentGroup> environments) {
    this.settings = settings;
    this.environments = environments;
  }

  /** What belongs to the model that is trained now; after an incident there is another one. */
  private static final class Model {
    final TrainingClient client;
    final SamplerVersions samplers;
    final GroupPool pool;

    /** How many batches were taken, and how many were started. */
    long taken;

    long started;

    Model(ReinforcementLearning settings, TrainingClient client) {
      int stale = settings.maxStepsOffPolicy();
      this.client = client;
      this.samplers = new SamplerVersions(settings.samplerWeights(), stale, client);
      this.pool = new GroupPool(settings.rollouts(), settings.seed(), stale);
    }
  }

  /** A pass under way. */
  private record Pass(List<Datum> data, CompletableFuture<ForwardBackwardOutput> output) {}

  /** What a step has done until its update is called. */
  private static final class Progress {
    final List<SampledGroup> groups = new ArrayList<>();
    final List<Pass> passes = new ArrayList<>();
    final StepMetrics metrics = new StepMetrics();
    Duration rolling = Duration.ZERO;
  }

  @Override
  public Submitted submit(TrainingClient client, List<ReadAhead.Window<P>> windows, long step) {
    Model current = model(client);
    try {
      return submit(current, windows, step);
    } catch (RuntimeException | Error e) { // the next call has another model, or never comes
      close();
      throw e;
    }
  }

  private Model model(TrainingClient client) {
    Model current = model;
    if (current == null || !current.client.equals(client)) {
      close();
      current = new Model(settings, client);
      model = current;
    }
    return current;
  }

  private Submitted submit(Model current, List<ReadAhead.Window<P>> windows, long step) {
    Time time = settings.rollouts().time();
    long begin = time.nanoTime();
    SamplerWeights.Version sampler = current.samplers.forStep(step);
    int wanted = start(current, windows, sampler, step);
    int each = Math.ceilDiv(wanted, settings.minibatches());
    Progress progress = new Progress();
    for (int left = wanted; left > 0; left -= each) {
      long from = time.nanoTime();
      List<SampledGroup> groups = current.pool.take(Math.min(each, left), sampler, step);
      progress.rolling = progress.rolling.plusNanos(time.nanoTime() - from);
      progress.groups.addAll(groups);
      pass(current.client, groups, left <= each, progress);
    }
    if (progress.passes.isEmpty()) {
      throw new RolloutException(
          "none of the %d groups of step %d can be trained on: %d have too few rollouts that have not failed"
              .formatted(wanted, step, current.pool.leftOut()));
    }
    settings.listener().accept(List.copyOf(progress.groups));
    progress.metrics.rollouts(progress.groups, step);
    counts(current, progress);
    CompletableFuture<OptimStepResponse> update =
        current.client.optimStep(settings.adam().apply(step));
    return new Submitted(measured(progress, update, time, begin), update);
  }

  /** Starts what the step needs and what comes next, and returns how many groups it needs. */
  private int start(
      Model current, List<ReadAhead.Window<P>> windows, SamplerWeights.Version sampler, long step) {
    List<List<P>> batches = new ArrayList<>();
    int wanted = 0;
    for (ReadAhead.Window<P> window : windows) {
      batches.add(window.batch());
      wanted += window.batch().size();
    }
    batches.addAll(windows.getLast().ahead());
    for (int i = 0; i < batches.size(); i++) {
      if (current.taken + i >= current.started) {
        for (P prompt : batches.get(i)) {
          current.pool.start(environments.apply(prompt), sampler, step);
        }
        current.started++;
      }
    }
    current.taken += windows.size();
    return wanted;
  }

  /** Starts a pass over some groups, if there is anything to learn from them. */
  private void pass(
      TrainingClient client, List<SampledGroup> groups, boolean isLast, Progress progress) {
    List<TrajectoryGroup> trajectories =
        groups.stream().map(group -> group.group().trajectories()).toList();
    if (settings.removesConstantRewardGroups()) {
      boolean isNeeded = isLast && progress.passes.isEmpty();
      List<TrajectoryGroup> varied = TrajectoryGroup.withoutConstantReward(trajectories);
      trajectories =
          isNeeded || trajectories.stream().anyMatch(group -> !group.isRewardConstant())
              ? varied
              : List.of();
    }
    List<Datum> data =
        TrajectoryData.assemble(trajectories, settings.advantages()).stream()
            .map(TrajectoryDatum::datum)
            .filter(ReinforcementStep::isTrainedOn)
            .toList();
    if (data.isEmpty()) {
      return;
    }
    for (AdvantageTerm term : settings.advantageTerms()) {
      AdvantageTerm.Adjusted adjusted = term.adjust(data);
      data = adjusted.data();
      progress.metrics.putAll(adjusted.metrics());
    }
    progress.passes.add(new Pass(data, forwardBackward(client, data)));
  }

  private static boolean isTrainedOn(Datum datum) {
    for (float each :
        Objects.requireNonNull(datum.lossFnInputs().get(TrajectoryData.MASK)).toFloats()) {
      if (each > 0) {
        return true;
      }
    }
    return false;
  }

  private CompletableFuture<ForwardBackwardOutput> forwardBackward(
      TrainingClient client, List<Datum> data) {
    if (settings.loss().name().equals(LossFunction.DRO.name())) {
      MaskedDro loss = MaskedDro.of(settings.loss(), data);
      return client.forwardBackwardCustom(loss.targets(), loss);
    }
    return client.forwardBackward(TrajectoryData.withoutMasks(data), settings.loss());
  }

  private static void counts(Model current, Progress progress) {
    double failed = 0;
    double retried = 0;
    for (SampledGroup each : progress.groups) {
      failed += each.group().counts().failed();
      retried += each.group().counts().retried();
    }
    StepMetrics metrics = progress.metrics;
    metrics.put("rollouts/failed", failed);
    metrics.put("rollouts/retried", retried);
    metrics.put("rollouts/groups_left_out", current.pool.leftOut());
    metrics.put("rollouts/groups_stale", current.pool.stale());
    metrics.put("rollouts/late_results", current.pool.lateResults());
  }

  /** The numbers of the step come with its last pass, from where the run's tracker gets them. */
  private static List<CompletableFuture<ForwardBackwardOutput>> measured(
      Progress progress, CompletableFuture<OptimStepResponse> update, Time time, long begin) {
    List<CompletableFuture<ForwardBackwardOutput>> outputs =
        new ArrayList<>(progress.passes.stream().map(Pass::output).toList());
    CompletableFuture<?>[] all = new CompletableFuture<?>[outputs.size() + 1];
    for (int i = 0; i < outputs.size(); i++) {
      all[i] = outputs.get(i);
    }
    all[outputs.size()] = update;
    CompletableFuture<ForwardBackwardOutput> last = outputs.removeLast();
    outputs.add(
        CompletableFuture.allOf(all)
            .handle((unused, failure) -> {
              if (failure != null) {
                throw failure instanceof CompletionException same
                    ? same
                    : new CompletionException(failure);
              }
              finish(progress, Duration.ofNanos(time.nanoTime() - begin));
              return with(last.join(), progress.metrics.asMap());
            }));
    return outputs;
  }

  private static void finish(Progress progress, Duration all) {
    List<Datum> data = new ArrayList<>();
    List<float[]> logprobs = new ArrayList<>();
    for (Pass pass : progress.passes) {
      data.addAll(pass.data());
      pass.output().join().lossFnOutputs().stream()
          .map(output -> Objects.requireNonNull(output.get(Datum.LOGPROBS), "logprobs").toFloats())
          .forEach(logprobs::add);
    }
    progress.metrics.drift(data, logprobs);
    progress.metrics.times(progress.rolling, all, progress.groups);
  }

  private static ForwardBackwardOutput with(
      ForwardBackwardOutput output, Map<String, Double> metrics) {
    Map<String, Double> all = new LinkedHashMap<>(output.metrics().asMap());
    all.putAll(metrics);
    return ForwardBackwardOutput.of(
        output.lossFnOutputType(), output.lossFnOutputs(), Metrics.of(all));
  }

  @Override
  public Map<String, String> settings(long step) {
    AdamParams adam = settings.adam().apply(step);
    return Map.of(
        "loss",
        settings.loss().toString(),
        "learning_rate",
        Double.toString(adam.learningRate()),
        "optimizer",
        "adam, beta1 %s, beta2 %s, eps %s, weight decay %s, clip norm %s"
            .formatted(
                adam.beta1(), adam.beta2(), adam.eps(), adam.weightDecay(), adam.gradClipNorm()),
        "rollouts",
        "seed %d, max tokens %d, temperature %s"
            .formatted(
                settings.seed(),
                settings.rollouts().maxTokens(),
                settings.rollouts().temperature()),
        "mode",
        "minibatches %d, steps off policy %d"
            .formatted(settings.minibatches(), settings.maxStepsOffPolicy()));
  }

  /** Gives up the rollouts that are under way. */
  @Override
  public void close() {
    Model current = model;
    model = null;
    if (current != null) {
      current.pool.close();
    }
  }
}
