package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelsTest {
  @Test
  void exp_allOverItsRange_isWithinAFewUnitsInTheLastPlace() {
    for (double x = 0; x > -707; x -= 0.0371) {
      double expected = StrictMath.exp(x);

      assertThat(Math.abs(Kernels.exp(x) - expected)).isLessThanOrEqualTo(4 * Math.ulp(expected));
    }
  }

  @Test
  void exp_atItsEnds_isExact() {
    assertThat(Kernels.exp(0)).isEqualTo(1);
    assertThat(Kernels.exp(-709)).isZero();
    assertThat(Kernels.exp(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(Kernels.exp(Double.NaN)).isNaN();
  }
}
