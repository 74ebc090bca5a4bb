"""The router: a support vector machine a label over the adapted embedder's vectors, as numpy and as an ONNX graph.

Its kernel is exp(−GAMMA·|u − v|²). The sentences that carry weight for any of the labels are its landmarks, kept in
int8; a question's nearness to each of them, weighed, gives a number a label, which a factor turns into a chance (after
Platt 1999). The factor is fitted on sources that neither machine nor adapter has seen: within a source sentences are so much
alike that left-out ones look surer than what people say.
"""

import numpy as np
from graph import FLOAT, Graph
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

COST, GAMMA = 3.0, 2.0  # chosen by leaving authored sources out (train.py --choose)


def near(u, v, gamma):
    """The kernel of each vector with each other."""
    apart = (u**2).sum(1)[:, None] + (v**2).sum(1) - 2 * u @ v.T
    return np.exp(-gamma * apart)


def machine(cost):
    return SVC(C=cost, kernel="precomputed", cache_size=500)


class Kernel:
    def __init__(self, vectors, labels, cost=COST, gamma=GAMMA):
        self.gamma = gamma
        among = near(vectors, vectors, gamma)
        machines = [machine(cost).fit(among, labels[:, k]) for k in range(labels.shape[1])]
        used = np.unique(np.concatenate([m.support_ for m in machines]))
        self.weights = np.zeros((len(used), len(machines)), np.float32)
        for k, m in enumerate(machines):
            self.weights[np.searchsorted(used, m.support_), k] = m.dual_coef_[0]
        self.offset = np.array([m.intercept_[0] for m in machines], np.float32)
        self.scale = (np.abs(vectors[used]).max(1) / 127).astype(np.float32)
        self.landmarks = np.round(vectors[used] / self.scale[:, None]).astype(np.int8)
        self.factor = np.ones(len(machines), np.float32)

    def calibrate(self, decided, labels):
        """Decisions [n, labels] on sources that were left out → chances; what is decided stays as it is."""
        for k in range(labels.shape[1]):
            platt = LogisticRegression(C=1e3, fit_intercept=False).fit(decided[:, k : k + 1], labels[:, k])
            self.factor[k] = platt.coef_[0, 0]

    def places(self):
        return self.landmarks * self.scale[:, None]

    def decisions(self, vectors):
        return near(vectors, self.places(), self.gamma) @ self.weights + self.offset

    def scores(self, vectors):
        return 1 / (1 + np.exp(-self.decisions(vectors) * self.factor))

    def save(self, path, embedder):
        """A vector has length 1, so that |u − v|² = 1 + |v|² − 2·u·v."""
        dimension, labels = self.landmarks.shape[1], len(self.offset)
        g = Graph()
        g.input("adapted", FLOAT, [1, dimension])
        places = g.op("DequantizeLinear", [g.const("landmarks", self.landmarks.T), g.const("scale", self.scale)], axis=1)
        close = g.op("Mul", [g.op("MatMul", ["adapted", places]), g.scalar(2 * self.gamma)])
        own = (-self.gamma * (1 + (self.places() ** 2).sum(1))).astype(np.float32)
        close = g.op("Exp", [g.op("Add", [close, g.const("own", own)])])
        g.op("Sigmoid", [g.linear(close, "weights", (self.weights * self.factor).T, self.offset * self.factor)], out="scores")
        g.output("scores", FLOAT, [1, labels])
        g.save(path, "router", {"sarai.role": "router", "sarai.contract": 1, "sarai.embedder": embedder})
