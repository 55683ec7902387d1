package io.tinker4j.recipes.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.StopReason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Turns, trajectories and groups refuse what would spoil a batch. */
class TransitionTest {
  private static final ModelInput READ = ModelInput.ofInts(1, 2);
  private static final SampledSequence SAID =
      SampledSequence.of(StopReason.STOP, new int[] {3}, new float[] {-1});

  @Test
  void of_actionWithoutLogprobs_isRefused() {
    SampledSequence action = SampledSequence.of(StopReason.STOP, 3, 4);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transition.of(READ, action, 0))
        .withMessageContaining("2 tokens and 0 log-probabilities");
  }

  @Test
  void of_logprobIsNoNumber_namesItsPlace() {
    SampledSequence action =
        SampledSequence.of(StopReason.STOP, new int[] {3, 4}, new float[] {-1, Float.NaN});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transition.of(READ, action, 0))
        .withMessageContaining("logprobs[1] is NaN");
  }

  @Test
  void of_rewardIsInfinite_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transition.of(READ, SAID, Double.POSITIVE_INFINITY))
        .withMessageContaining("reward is Infinity");
  }

  @Test
  void withoutTraining_keepsTheRest() {
    Transition turn = Transition.of(READ, SAID, 0.5);

    Transition untrained = turn.withoutTraining();

    assertThat(turn.isTrained()).isTrue();
    assertThat(untrained.isTrained()).isFalse();
    assertThat(untrained).isNotEqualTo(turn).isEqualTo(turn.withoutTraining());
    assertThat(untrained.reward()).isEqualTo(0.5);
    assertThat(untrained.observation()).isEqualTo(READ);
    assertThat(untrained.action()).isEqualTo(SAID);
  }

  @Test
  void totalRewards_addsTurnsAndEnd() {
    Trajectory first = Trajectory.of(Transition.of(READ, SAID, 1), Transition.of(READ, SAID, 2));
    double[] end = {10, 20};

    TrajectoryGroup group = TrajectoryGroup.of(List.of(first, Trajectory.of()), end);
    end[0] = 99;

    assertThat(group.totalRewards()).containsExactly(13, 20);
    assertThat(group.isRewardConstant()).isFalse();
  }

  @Test
  void group_finalRewardsDoNotFit_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrajectoryGroup.of(List.of(Trajectory.of()), new double[2]))
        .withMessage("finalRewards has 2 entries, but there are 1 trajectories");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrajectoryGroup.of(List.of(Trajectory.of()), new double[] {Double.NaN}))
        .withMessageContaining("finalRewards[0] is NaN");
  }

  @Test
  void withoutConstantReward_someVary_keepsThese() {
    Trajectory any = Trajectory.of(Transition.of(READ, SAID, 1));
    TrajectoryGroup same = TrajectoryGroup.of(List.of(any, any));
    TrajectoryGroup varied = TrajectoryGroup.of(List.of(any, any), new double[] {0, 1});

    assertThat(TrajectoryGroup.withoutConstantReward(List.of(same, varied)))
        .containsExactly(varied);
    assertThat(TrajectoryGroup.withoutConstantReward(List.of(same, same))).containsExactly(same);
    assertThat(TrajectoryGroup.withoutConstantReward(List.of())).isEmpty();
  }
}
