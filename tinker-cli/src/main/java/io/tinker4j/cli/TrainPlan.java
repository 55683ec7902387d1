package io.tinker4j.cli;

import io.tinker4j.text.data.BadRowException;
import io.tinker4j.text.data.ChatData;
import io.tinker4j.text.data.DataSurvey;
import io.tinker4j.text.supervised.AdapterSize;
import io.tinker4j.text.supervised.LearningRateSchedule;
import io.tinker4j.types.LoraConfig;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a run is going to do, decided before it begins.
 *
 * @param model the base model
 * @param tokenizerId which tokenizer, for the records
 * @param rendererName which renderer
 * @param steps of the optimizer
 * @param peak the highest learning rate
 */
record TrainPlan(
    String model,
    String tokenizerId,
    String rendererName,
    long steps,
    double peak,
    LearningRateSchedule schedule,
    long warmup,
    int rank,
    long saveEvery,
    long evalEvery) {

  /** Returns the learning rate of a step, from 1; steps beyond the plan have that of its end. */
  double learningRate(long step) {
    return peak * schedule.multiplier(Math.min(step - 1, steps), steps, warmup);
  }

  /** Prints what was found and what will be done. */
  void print(PrintWriter out, ChatData data, String server) {
    DataSurvey survey = data.survey();
    out.println("Model      %s on %s".formatted(model, server));
    out.println("Text       renderer %s, tokenizer %s".formatted(rendererName, tokenizerId));
    out.println(
        "Data       %,d rows, %,d examples, %,d tokens, %,d of them learned; the longest has %,d"
            .formatted(
                survey.rows(),
                survey.examples(),
                survey.tokens(),
                survey.learnedTokens(),
                survey.longest()));
    printLeftOut(out, survey);
    out.println(
        "Plan       %,d steps, learning rate %s %s%s, checkpoints every %,d steps%s"
            .formatted(
                steps,
                String.format(Locale.ROOT, "%.3g", peak),
                schedule.name().toLowerCase(Locale.ROOT),
                warmup == 0 ? "" : " after a warm-up of " + warmup,
                saveEvery,
                survey.heldOut() == 0 ? "" : ", evaluated every %,d".formatted(evalEvery)));
    OptionalLong parameters =
        AdapterSize.parameters(model, LoraConfig.builder().rank(rank).build());
    parameters.ifPresent(
        count -> out.println("Adapter    rank %d, %,d parameters".formatted(rank, count)));
  }

  private static void printLeftOut(PrintWriter out, DataSurvey survey) {
    if (survey.heldOut() > 0) {
      out.println("Held out   %,d examples".formatted(survey.heldOut()));
    }
    if (survey.truncated() + survey.dropped() > 0) {
      out.println(
          "Too long   %,d truncated, %,d dropped".formatted(survey.truncated(), survey.dropped()));
    }
    if (survey.bad() > 0) {
      out.println("Bad rows   %,d left out".formatted(survey.bad()));
      for (BadRowException bad : survey.firstBad()) {
        out.println("           " + bad.getMessage());
      }
    }
  }
}
