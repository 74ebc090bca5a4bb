"""Changes a finished ONNX graph by the names of its values: who makes one, what a constant holds."""

import numpy as np
from onnx import helper, numpy_helper


class Surgery:
    def __init__(self, graph):
        self.graph = graph
        self.constants = {t.name: t for t in graph.initializer}
        self.makers = {name: node for node in graph.node for name in node.output}

    def maker(self, value):
        return self.makers.get(value)

    def is_constant(self, value):
        return value in self.constants

    def constant(self, value):
        return numpy_helper.to_array(self.constants[value])

    @staticmethod
    def attribute(node, name):
        return next(helper.get_attribute_value(a) for a in node.attribute if a.name == name)

    def nodes(self, kind):
        return [node for node in self.graph.node if node.op_type == kind]

    def add(self, name, array):
        """A constant; returns its name."""
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def node(self, kind, inputs, name, **attributes):
        """The value `name`, made once; returns its name."""
        if name not in self.makers:
            self.replace(name, kind, inputs, **attributes)
        return name

    def replace(self, name, kind, inputs, **attributes):
        """Makes the value `name` in another way than before."""
        inputs = list(inputs)
        while inputs and not inputs[-1]:
            inputs.pop()
        self.makers[name] = helper.make_node(kind, inputs, [name], name=name, **attributes)

    def split(self, x, sizes, results, axis):
        node = helper.make_node("Split", [x, sizes], results, name=x + "/split", axis=axis)
        self.makers.update((name, node) for name in results)

    def finish(self):
        """Puts the nodes in an order that runs, without those that no output needs."""
        order, placed = [], set()
        stack = [(output.name, False) for output in reversed(self.graph.output)]
        while stack:
            value, inputs_placed = stack.pop()
            node = self.makers.get(value)
            if node is None or id(node) in placed:
                continue
            if inputs_placed:
                placed.add(id(node))
                order.append(node)
            else:
                stack.append((value, True))
                stack.extend((name, False) for name in reversed(node.input))
        used = {name for node in order for name in node.input}
        kept = [tensor for name, tensor in self.constants.items() if name in used]
        del self.graph.node[:], self.graph.initializer[:]
        self.graph.node.extend(order)
        self.graph.initializer.extend(kept)
        self.__init__(self.graph)
