
static int ${name}_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	/* Managed: disabled again when the driver is unbound. */
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	return ${add|code}(&pdev->dev);
}

/* Fill in PCI_DEVICE() of each device that this drives. */
static const struct pci_device_id ${name}_ids[] = {
	{ }
};
MODULE_DEVICE_TABLE(pci, ${name}_ids);

static struct pci_driver ${name}_driver = {
	.name = "${name}",
	.id_table = ${name}_ids,
	.probe = ${name}_probe,
};
