"""Reading what people upload: workbooks and separated text, in a bounded process of its own."""
