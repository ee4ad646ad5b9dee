"""A list re-ranked by a reviewer's answers. In: scores, features, and which rows were accepted or rejected. Out: log odds.

Bayesian logistic regression (MacKay 1992, "The evidence framework applied to classification networks", without the evidence: the
widths of the priors are fixed in features.py), at its mode:

    P(accepted) = 1/(1 + exp(-u)),   u = a + b z + x.w
    a ~ N(-2, 2^2)   b ~ N(1, 0.2^2)   w_j ~ N(0, 1)

z is the score in standard deviations, so that without an answer the list is in the order of the score; x has each feature times the
width of its prior. The objective is strictly convex: one answer, whatever the order of the answers. L-BFGS (Liu & Nocedal 1989)
from the prior takes some milliseconds for hundreds of answers, since features that no answered row has keep the weight 0.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.special import expit

START, START_WIDTH = -2.0, 2.0  # a: few of the lower ranks are terms
SLOPE, SLOPE_WIDTH = 1.0, 0.2  # b
_MOST_STEPS = 500


class Learned(NamedTuple):
    """The mode. start: a; slope: b; weights: float64 [features], of features times their widths."""

    start: float
    slope: float
    weights: np.ndarray

    def log_odds(self, z: np.ndarray, features: sp.csr_matrix) -> np.ndarray:
        """u of every row, float64 [rows]. z: float64 [rows]; features: [rows, features]."""
        return np.asarray(self.start + self.slope * z + features @ self.weights)


def learn(
    z: np.ndarray,  # float64 [answered], scores in standard deviations
    features: sp.csr_matrix,  # float64 [answered, features], each times the width of its prior
    accepted: np.ndarray,  # bool [answered]
) -> Learned:
    """What the answered rows teach; the priors themselves where there are none."""
    used = np.unique(features.indices)
    x, y = features[:, used].tocsr(), accepted.astype(float)
    prior = np.concatenate([[START, SLOPE], np.zeros(len(used))])
    precision = np.concatenate([[START_WIDTH**-2, SLOPE_WIDTH**-2], np.ones(len(used))])

    def objective(w: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the log posterior, and its gradient."""
        u = w[0] + w[1] * z + x @ w[2:]
        away = w - prior
        residuals = expit(u) - y
        gradient = np.concatenate([[residuals.sum(), residuals @ z], x.T @ residuals]) + precision * away
        return float(np.logaddexp(0, u).sum() - y @ u + 0.5 * (precision * away) @ away), gradient

    mode = minimize(objective, prior, jac=True, method="L-BFGS-B", options={"maxiter": _MOST_STEPS, "gtol": 1e-6, "ftol": 1e-12}).x
    weights = np.zeros(features.shape[1])
    weights[used] = mode[2:]
    return Learned(float(mode[0]), float(mode[1]), weights)
